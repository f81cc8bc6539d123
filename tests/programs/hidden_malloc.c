/* Brings an allocator of its own that nobody outside can see, as ClickHouse's binaries or many of Rust have it: the
 * shim is never called, and what dregs says of it must not read as if nothing had been lost. 1000 blocks of 1337 bytes
 * are kept. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define OWN __attribute__((visibility("hidden"), noinline))

static char *next, *end;

OWN void* malloc(size_t bytes) {
    const size_t arena = (size_t)1 << 24;
    bytes = (bytes + 31) & ~(size_t)15;
    if (!next || next + bytes > end) {
        next = mmap(NULL, arena, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        end = next + arena;
    }
    void* block = next + 16;
    next += bytes;
    return block;
}
OWN void free(void* block) { (void)block; }

static void* kept[1000];

__attribute__((noinline)) static void leak(void) {
    for (int i = 0; i < 1000; i++) kept[i] = memset(malloc(1337), 1, 1337);
}

int main(void) {
    leak();
    free(kept[0]);
    puts("done");
    return 0;
}
