/* The binary contract between the marker header (dregs.h, compiled into the traced program) and the shim.
 *
 * The shim exports one function, dregs_api_v1(), that returns this table; dregs.h looks it up once and calls through
 * it. Members are only ever appended; `bytes` tells how far the shim at hand fills the table. Handles are plain
 * 64-bit values (record id and generation), so that a stale or made-up one is recognised and counted, never followed.
 */
#ifndef DREGS_API_TABLE_H
#define DREGS_API_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One entering of a scope. 0 is "no scope": every call accepts it. Valid in the process that made it, on any thread.
 */
typedef uint64_t dregs_scope;
/** A custom allocator's arena. 0 is "no pool". */
typedef uint64_t dregs_pool;

/* For adapters, which stand between a program and its library: the state of the function that called the adapter's, as
 * it is when that call returns. Stacks begin there. */
struct dregs_caller {
    uintptr_t pc; /* return address of the adapter's function */
    uintptr_t sp; /* its canonical frame address */
    uintptr_t bp; /* its caller's frame pointer register */
};

#define DREGS_NO_BLOCK UINT64_MAX

enum dregs_pool_block {
    DREGS_POOL_RESIZED = 1, /* it was the pool's before, with another size */
    DREGS_POOL_MALLOC = 2   /* it begins a block of malloc's, which the pool made for it: that one is the block */
};

struct dregs_api {
    uint32_t version; /* 1 */
    uint32_t bytes;   /* sizeof(struct dregs_api) as the shim was built */
    dregs_scope (*scope_enter)(const char* kind, const char* label);
    void (*scope_leave)(dregs_scope scope);
    dregs_scope (*scope_open)(const char* kind, dregs_scope parent);
    void (*scope_close)(dregs_scope scope);
    dregs_scope (*scope_attach)(dregs_scope scope);
    void (*scope_restore)(dregs_scope previous);
    void (*block_move)(const void* block, dregs_scope scope);
    dregs_pool (*pool_create)(const char* kind, dregs_scope parent);
    void (*pool_alloc)(dregs_pool pool, const void* block, size_t bytes);
    void (*pool_free)(dregs_pool pool, const void* block);
    void (*pool_free_all)(dregs_pool pool);
    void (*pool_destroy)(dregs_pool pool);
    void (*snapshot)(const char* label);
    bool (*active)(void);
    /* From here on for adapters; `parent` 0 is none, and a label may be null. */
    dregs_pool (*pool_create_at)(const char* kind, const char* label, dregs_scope parent,
                                 const struct dregs_caller* caller);
    /* A scope that is entered as by scope_enter, and left by scope_leave, and that is a pool until then. */
    dregs_pool (*pool_enter)(const char* kind, const char* label);
    /* `flags`: enum dregs_pool_block. */
    void (*pool_alloc_at)(dregs_pool pool, const void* block, size_t bytes, const struct dregs_caller* caller,
                          unsigned flags);
    /* As pool_free, for who does not know whether the block was handed in: says so, and counts no unknown free. */
    bool (*pool_take)(dregs_pool pool, const void* block);
    /* As block_move, of a block that no other thread knows of. */
    void (*block_give)(const void* block, dregs_scope scope);
    dregs_scope (*scope_current)(void);
    void (*scope_label)(dregs_scope scope, const char* label);
    /* A pool for blocks of malloc's, of which `anchor` is the first and block_give gives others. It ends by itself when
     * the last of them is freed or moved away. */
    dregs_pool (*pool_create_held)(const char* kind, const char* label, dregs_scope parent, const void* anchor,
                                   const struct dregs_caller* caller);
    /* The one of these that malloc's block at `block` is in, 0: in none; DREGS_NO_BLOCK: no known block begins there.
     */
    dregs_pool (*block_pool)(const void* block);
    /* Its anchor, which `moved` takes the place of from now on, unless null. */
    const void* (*pool_anchor)(dregs_pool pool, const void* moved);
    /* From now on it is as if it had been made in `parent` (0: in none). */
    void (*pool_reparent)(dregs_pool pool, dregs_scope parent);
};

#ifdef __cplusplus
}
#endif

#endif
