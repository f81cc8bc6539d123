// usage: sampled_leaks THREADS. Keeps 200 000 blocks of 64 bytes, 20 000 of 1 KiB, 4 000 that realloc grew to 5 000
// bytes and 50 of 1 MiB, shared out among the threads, and frees four blocks of random sizes for each that it keeps.
//
// Sizes on both sides of what sampling records for certain; what is freed must not count, recorded or not.
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { kSmall = 200000, kMedium = 20000, kGrown = 4000, kLarge = 50, kMostThreads = 16 };

static int threads = 1;
static void* volatile sink;

__attribute__((noinline)) static void keep_small(void) { sink = malloc(64); }
__attribute__((noinline)) static void keep_medium(void) { sink = malloc(1024); }
__attribute__((noinline)) static void keep_large(void) { sink = malloc(1 << 20); }

__attribute__((noinline)) static void keep_grown(void) {
    char* block = NULL;
    for (size_t bytes = 625; bytes <= 5000; bytes *= 2) {
        block = realloc(block, bytes);
        sink = block;
    }
}

__attribute__((noinline)) static void churn(uint32_t* random) {
    void* blocks[4];
    for (int i = 0; i < 4; i++) {
        *random = *random * 1664525 + 1013904223;
        blocks[i] = malloc(*random >> 20);
        sink = blocks[i];
    }
    for (int i = 0; i < 4; i++) free(blocks[i]);
}

static void* work(void* self) {
    uint32_t random = (uint32_t)(uintptr_t)self;
    for (int i = (int)(uintptr_t)self; i < kSmall; i += threads) {
        keep_small();
        if (i < kMedium) keep_medium();
        if (i < kGrown) keep_grown();
        if (i < kLarge) keep_large();
        churn(&random);
    }
    return NULL;
}

int main(int argc, char** argv) {
    pthread_t others[kMostThreads];
    if (argc > 1) threads = atoi(argv[1]);
    if (threads < 1 || threads > kMostThreads) return 2;
    for (int i = 1; i < threads; i++) {
        if (pthread_create(&others[i], NULL, work, (void*)(uintptr_t)i) != 0) return 1;
    }
    work(NULL);
    for (int i = 1; i < threads; i++) pthread_join(others[i], NULL);
    printf("kept %d %d %d %d\n", kSmall, kMedium, kGrown, kLarge);
    return 0;
}
