/* Blocks that a test can count: keep_blocks(N) leaves N live blocks of 1337 bytes at one site of that name. C and C++.
 * Any thread, and any signal handler that may allocate. */
#ifndef DREGS_TESTS_HOSTILE_KEEP_BLOCKS_H
#define DREGS_TESTS_HOSTILE_KEEP_BLOCKS_H

#include <stdlib.h>

static void* volatile last_kept;

__attribute__((noinline, unused)) static void keep_blocks(int count) {
    for (int i = 0; i < count; i++) last_kept = malloc(1337);
}

/* Comes and goes, so that there is traffic beside what is kept. */
__attribute__((noinline, unused)) static void use_blocks(int count) {
    for (int i = 0; i < count; i++) {
        void* volatile block = malloc(100 + (size_t)i % 1000);
        free(block);
    }
}

#endif
