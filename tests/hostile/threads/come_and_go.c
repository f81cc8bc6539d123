/* Threads that come and go, 50 at a time: `come_and_go WAVES`. Each uses some memory; every tenth wave keeps a block of
 * 1337 bytes a thread. Says whether its memory grew after the first ten waves by more than what it kept. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"

enum { kAtOnce = 50, kWarmUp = 10, kRoomKb = 4096 };

static void* come(void* keeps) {
    use_blocks(20);
    keep_blocks(keeps != NULL);
    return NULL;
}

/* Resident, not mapped: how many stacks of ended threads the C library keeps mapped is a matter of chance. */
static long private_kb(void) {
    char text[4096];
    const int file = open("/proc/self/status", O_RDONLY);
    const ssize_t bytes = read(file, text, sizeof text - 1);
    close(file);
    text[bytes > 0 ? bytes : 0] = 0;
    const char* line = strstr(text, "RssAnon:");
    return line ? atol(line + 8) : 0;
}

static void run_wave(int wave) {
    pthread_t threads[kAtOnce];
    for (int i = 0; i < kAtOnce; i++) pthread_create(&threads[i], NULL, come, wave % 10 == 0 ? &threads : NULL);
    for (int i = 0; i < kAtOnce; i++) pthread_join(threads[i], NULL);
}

int main(int argc, char** argv) {
    const int waves = argc > 1 ? atoi(argv[1]) : 20;
    long before = 0;
    for (int wave = 0; wave < waves; wave++) {
        if (wave == kWarmUp) before = private_kb();
        run_wave(wave);
    }
    const long grown = private_kb() - before - waves / 10 * kAtOnce * 1337 / 1024;
    char text[64];
    const int length = snprintf(text, sizeof text, "%s\n", grown < kRoomKb ? "as large as before" : "grown");
    if (write(1, text, (size_t)length) != length) return 1;
    print_host_state();
    return 0;
}
