/* What the C library promises of malloc, each promise tried at every size and alignment; and what it tells of its heap
 * (mallinfo2, malloc_info, malloc_stats, where the blocks lie), which must be the same with and without a tracer.
 * Leaves 9 blocks of 1337 bytes. */
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"

enum { MOST = 400, ROUNDS = 20000, THREADS = 6, ERRNO = 4711 };

static int broken;

static void promise(const char* what, int kept, size_t bytes) {
    if (kept && errno == ERRNO) return;
    broken++;
    printf("broken: %s at %zu bytes, errno %d\n", what, bytes, errno);
    errno = ERRNO;
}

static unsigned next_random(unsigned* seed) { return (*seed = *seed * 1664525u + 1013904223u) >> 8; }

static int all_bytes(const void* block, size_t bytes, unsigned char value) {
    const unsigned char* each = block;
    while (bytes > 0 && each[bytes - 1] == value) bytes--;
    return bytes == 0;
}

/* Where blocks lie in the heap, as one number. */
static void mix_place(uint64_t* places, const void* block) {
    const uint64_t offset = (uint64_t)((const char*)block - (const char*)sbrk(0)) % (1u << 30);
    *places = (*places ^ offset) * 0x100000001B3u;
}

static void try_every_size(void) {
    uint64_t places = 0;
    for (size_t bytes = 0; bytes < 70000; bytes += bytes < 5000 ? 1 : 997) {
        void* block = malloc(bytes);
        promise("malloc gives a block aligned to 16", block && (uintptr_t)block % 16 == 0, bytes);
        promise("its usable size is not below the wanted", malloc_usable_size(block) >= bytes, bytes);
        memset(block, 0xA5, malloc_usable_size(block));
        mix_place(&places, block);
        free(block);
        void* zeros = calloc(bytes ? bytes : 1, 1);
        promise("calloc gives zeros where something was", zeros && all_bytes(zeros, bytes, 0), bytes);
        free(zeros);
    }
    printf("places of blocks: %llx\n", (unsigned long long)(places * (sbrk(0) != NULL)));
}

static void try_alignments(void) {
    void* chain[64] = {NULL};
    unsigned used = 0;
    for (size_t alignment = 8; alignment <= 1u << 16; alignment *= 2) {
        for (size_t bytes = 1; bytes < 5000; bytes = bytes * 3 + 1) {
            void* block = NULL;
            if (used % 3 == 0) block = memalign(alignment, bytes);
            if (used % 3 == 1) block = aligned_alloc(alignment, bytes);
            if (used % 3 == 2 && posix_memalign(&block, alignment, bytes)) block = NULL;
            promise("memalign and its like align", block && (uintptr_t)block % alignment == 0, bytes);
            memset(block, 1, bytes);
            free(chain[used % 64]);
            chain[used++ % 64] = block;
        }
    }
    for (unsigned i = 0; i < 64; i++) free(chain[i]);
}

/* Grows and shrinks blocks at random; each byte is the number of its block. */
static void try_reallocs(unsigned seed, int rounds) {
    unsigned char* blocks[MOST] = {NULL};
    size_t sizes[MOST] = {0};
    for (int i = 0; i < rounds; i++) {
        const unsigned which = next_random(&seed) % MOST;
        const size_t bytes = 1 + next_random(&seed) % (which == 7 ? 300000 : 3000);
        unsigned char* moved = realloc(blocks[which], bytes);
        const size_t kept = sizes[which] < bytes ? sizes[which] : bytes;
        promise("realloc keeps what was in the block", moved && all_bytes(moved, kept, (unsigned char)which), bytes);
        memset(moved, (unsigned char)which, bytes);
        blocks[which] = moved, sizes[which] = bytes;
    }
    for (int i = 0; i < MOST; i++) free(blocks[i]);
}

static void* try_in_thread(void* seed) {
    errno = ERRNO;
    try_reallocs((unsigned)(uintptr_t)seed, ROUNDS / 4);
    keep_blocks(1);
    return NULL;
}

static void try_threads(int together) {
    pthread_t threads[THREADS];
    const int count = together ? THREADS : 3;
    for (int i = 0; i < count; i++) {
        pthread_create(&threads[i], NULL, try_in_thread, (void*)(uintptr_t)(i + 1));
        if (!together) pthread_join(threads[i], NULL);
    }
    for (int i = 0; together && i < count; i++) pthread_join(threads[i], NULL);
}

static void tell_heap(const char* when) {
    const struct mallinfo2 info = mallinfo2();
    printf("%s: %zu %zu %zu %zu %zu %zu %zu %zu %zu\n", when, info.arena, info.ordblks, info.smblks, info.hblks,
           info.hblkhd, info.fsmblks, info.uordblks, info.fordblks, info.keepcost);
    malloc_info(0, stdout);
    fflush(stdout);
}

static void try_settings(void) {
    printf("mallopt: %d %d\n", mallopt(M_MMAP_THRESHOLD, 65536), mallopt(M_TRIM_THRESHOLD, 65536));
    void* volatile mapped = malloc(5000000);
    promise("M_MMAP_THRESHOLD maps a block by itself", mallinfo2().hblks == 1, 5000000);
    free(mapped);
    promise("and gives it back", mallinfo2().hblks == 0, 5000000);
    printf("malloc_trim: %d %d\n", malloc_trim(0), malloc_trim(0));
}

int main(void) {
    static char buffer[1 << 16];
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    errno = ERRNO;
    tell_heap("at first");
    try_every_size();
    tell_heap("after every size");
    try_alignments();
    tell_heap("after alignments");
    try_reallocs(1, ROUNDS);
    tell_heap("after reallocs");
    try_settings();
    tell_heap("after settings");
    try_threads(0); /* a thread's own block in the heap is as large as the number of libraries wants it: told no more */
    try_threads(1);
    printf("broken promises: %d\n", broken);
    fflush(stdout);
    print_host_state();
    return 0;
}
