// usage: cache_and_leak [NOISE]. A service in sixteen phases, each followed by a dregs_snapshot(): a leak beside a
// cache that fills at random and levels off, a table loaded in one go, and jobs in flight that come and go.
//
// With NOISE each snapshot also finds up to that many blocks from the sites of the leak and the cache that are given
// back in the next phase.
#include <dregs/dregs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { kPhases = 16, kLeaksEachPhase = 1500, kSlots = 5000, kLookUpsEachPhase = 2000, kJobs = 2000, kTable = 3000 };

static void* cache[kSlots];
static void* jobs[kJobs];
static void* transients[2 * kJobs];
static void* volatile sink;
static uint32_t state = 4711;

static uint32_t chance(uint32_t below) {
    state = state * 1664525 + 1013904223;
    return below ? (state >> 8) % below : 0;
}

__attribute__((noinline)) static void* leak(void) { return sink = malloc(64); }
__attribute__((noinline)) static void* new_entry(void) { return sink = malloc(96); }
__attribute__((noinline)) static void* new_job(void) { return sink = malloc(200); }

__attribute__((noinline)) static void load_table(void) {
    for (int i = 0; i < kTable; i++) sink = malloc(48);
}

static void look_up(void) {
    uint32_t key = chance(kSlots);
    if (!cache[key]) cache[key] = new_entry();
}

static void give_back(void** blocks, int count) {
    for (int i = 0; i < count; i++) {
        free(blocks[i]);
        blocks[i] = NULL;
    }
}

static void serve_phase(int noise) {
    give_back(jobs, kJobs);
    give_back(transients, 2 * kJobs);
    for (int i = 0; i < kLeaksEachPhase; i++) leak();
    for (int i = 0; i < kLookUpsEachPhase; i++) look_up();
    for (int i = (int)chance(kJobs); i > 0; i--) jobs[i] = new_job();
    for (int i = (int)chance((uint32_t)noise); i > 0; i--) transients[i] = leak();
    for (int i = (int)chance((uint32_t)noise); i > 0; i--) transients[kJobs + i] = new_entry();
}

// Phases are equally long whatever else the machine does, or growth would seem to slow down.
static void wait_for_end_of(int phase) {
    static struct timespec begin;
    if (phase == 1) clock_gettime(CLOCK_MONOTONIC, &begin);
    const long ms = phase * 100L;
    struct timespec end = {begin.tv_sec + ms / 1000, begin.tv_nsec + ms % 1000 * 1000000};
    if (end.tv_nsec >= 1000000000) end.tv_sec++, end.tv_nsec -= 1000000000;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL);
}

int main(int argc, char** argv) {
    const int noise = argc > 1 ? atoi(argv[1]) : 0;
    char label[32];
    if (noise < 0 || noise >= kJobs) return 2;
    for (int phase = 1; phase <= kPhases; phase++) {
        serve_phase(noise);
        if (phase == 5) load_table();
        snprintf(label, sizeof label, "phase_%02d", phase);
        dregs_snapshot(label);
        wait_for_end_of(phase);
    }
    printf("leaked %d\n", kPhases * kLeaksEachPhase);
    return 0;
}
