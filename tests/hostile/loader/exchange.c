/* Four threads that hand each other blocks to free, grow, align and keep: 100 blocks are kept. For any allocator. */
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"

enum { THREADS = 4, ROUNDS = 20000, SLOTS = 64 };

static _Atomic(void*) slots[SLOTS];
static atomic_int wrong;

static void* new_block(unsigned i) {
    const size_t bytes = 1 + (i * 7919u) % 3000;
    void* block = NULL;
    if (i % 5 == 0) return calloc(1, bytes);
    if (i % 5 == 1) return realloc(malloc(bytes / 2 + 1), bytes);
    if (i % 5 == 2 && (posix_memalign(&block, 256, bytes) || (uintptr_t)block % 256)) wrong++;
    if (!block) block = malloc(bytes);
    if (malloc_usable_size(block) < bytes) wrong++;
    memset(block, 1, bytes);
    return block;
}

static void* exchange(void* seed) {
    for (unsigned i = 0; i < ROUNDS; i++) {
        const unsigned slot = (i * 31 + (unsigned)(uintptr_t)seed) % SLOTS;
        free(atomic_exchange(&slots[slot], new_block(i)));
    }
    keep_blocks(25);
    return NULL;
}

int main(void) {
    pthread_t threads[THREADS];
    for (uintptr_t i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, exchange, (void*)i);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < SLOTS; i++) free(slots[i]);
    printf("wrong: %d\n", wrong);
    fflush(stdout);
    print_host_state();
    return 0;
}
