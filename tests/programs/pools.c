/* A bump allocator that malloc knows nothing of, marked as pools.
 *
 * "connection" pools: 100 created, 50 blocks of 64 bytes in each; free_all empties every one; then 10 more blocks; 90
 * are destroyed, 10 stay. "scratch" pools hang below a connection's pool and die with it. */
#include <dregs/dregs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kPools = 100, kArena = 8192 };

struct arena {
    dregs_pool pool;
    size_t used;
    char bytes[kArena];
};
static struct arena arenas[kPools];

static void* __attribute__((noinline)) arena_alloc(struct arena* arena, size_t bytes) {
    void* block = arena->bytes + arena->used;
    arena->used += bytes;
    dregs_pool_alloc(arena->pool, block, bytes);
    memset(block, 1, bytes); /* also keeps the call above from being the last thing here, a mere jump */
    return block;
}

static void arena_clear(struct arena* arena) {
    arena->used = 0;
    dregs_pool_free_all(arena->pool);
}

static void use_pool(struct arena* arena) {
    arena->pool = dregs_pool_create("connection", 0);
    for (int i = 0; i < 50; i++) arena_alloc(arena, 64);
    arena_clear(arena);
    for (int i = 0; i < 10; i++) arena_alloc(arena, 64);
    dregs_pool_free(arena->pool, arena->bytes);
}

int main(void) {
    for (int i = 0; i < kPools; i++) use_pool(&arenas[i]);
    for (int i = 0; i < kPools; i++) {
        if (i % 10) dregs_pool_destroy(arenas[i].pool);
    }
    puts("connection: 100 created, 10 open with 9 blocks of 64 bytes each");
    return 0;
}
