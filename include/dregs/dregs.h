/* dregs marker API: tell the leak tracer where the scopes of a program begin and end.
 *
 * Header-only, C11 and C++17. A program that uses it links nothing, and runs unchanged where libdregs.so is not
 * preloaded: the first call looks the shim up once (per translation unit in C, per program in C++); after that a call
 * without the shim is a load and a branch.
 *
 *     dregs_scope packet = dregs_scope_enter("packet");
 *     dissect(bytes);                       // blocks allocated here belong to this packet ...
 *     dregs_scope_leave(packet);            // ... and those still live from now on are its survivors
 *
 * Ownership: kind and label strings are copied; they may be freed when a call returns. A kind is a name such as
 * "packet" or "request"; use few different ones. A label tells one instance from another ("packet 4711"); it is cut
 * after 55 bytes. Errors: none is reported to the caller. A wrong, repeated or missing leave, a stale handle, a mark
 * that could not be recorded: each is counted in the trace, and `dregs scopes` shows the counts. errno is left as it
 * was. Threads: every call may be made from any thread at any time. enter and leave pair up on one thread; open, close,
 *   attach and restore are for work that moves between threads.
 * Signals: calls are async-signal-safe once any call has been made before, also in a handler that interrupts dregs
 * itself. In one that interrupts two others which do, the call is counted as lost and does nothing. fork: the child has
 * its own trace and no open scopes; handles of the parent are counted as bad there.
 */
#ifndef DREGS_DREGS_H
#define DREGS_DREGS_H

#include <dlfcn.h>

#include "api_table.h"

#ifdef __cplusplus
extern "C++" {
#define DREGS_DETAIL_INLINE inline
#else
#define DREGS_DETAIL_INLINE static inline __attribute__((unused))
#endif

/* Points here until the shim was looked up; null: there is none. Races are harmless: every thread finds the same. */
#ifdef __cplusplus
inline const dregs_api dregs_detail_unknown{};
inline const dregs_api* dregs_detail_api = &dregs_detail_unknown;
#else
static const struct dregs_api dregs_detail_unknown;
static const struct dregs_api* dregs_detail_api = &dregs_detail_unknown;
#endif

__attribute__((cold)) DREGS_DETAIL_INLINE const struct dregs_api* dregs_detail_find(void) {
    typedef const struct dregs_api* (*dregs_api_getter)(void);
    union {
        void* symbol;
        dregs_api_getter get;
    } found;
    const struct dregs_api* api = 0;
    found.symbol = dlsym(0 /* RTLD_DEFAULT */, "dregs_api_v1");
    if (found.symbol) {
        api = found.get();
    } else {
        /* The failed look-up is ours: leave no message for the program to find, and (second call) no block of it. */
        (void)dlerror();
        (void)dlerror();
    }
    __atomic_store_n(&dregs_detail_api, api, __ATOMIC_RELEASE);
    return api;
}

DREGS_DETAIL_INLINE const struct dregs_api* dregs_detail_get(void) {
    const struct dregs_api* api = __atomic_load_n(&dregs_detail_api, __ATOMIC_ACQUIRE);
    return __builtin_expect(api == &dregs_detail_unknown, 0) ? dregs_detail_find() : api;
}

/** Begins an instance of `kind` on this thread, nested in the current one. Returns its handle (0 without the shim). */
DREGS_DETAIL_INLINE dregs_scope dregs_scope_enter(const char* kind) {
    const struct dregs_api* api = dregs_detail_get();
    return api ? api->scope_enter(kind, 0) : 0;
}

/** The same with a label that tells this instance from others of its kind; null is no label. */
DREGS_DETAIL_INLINE dregs_scope dregs_scope_enter_labeled(const char* kind, const char* label) {
    const struct dregs_api* api = dregs_detail_get();
    return api ? api->scope_enter(kind, label) : 0;
}

/** Ends an instance and makes the one around it current. Inner instances still open end with it and count as missed. */
DREGS_DETAIL_INLINE void dregs_scope_leave(dregs_scope scope) {
    const struct dregs_api* api = dregs_detail_get();
    if (api) api->scope_leave(scope);
}

/** Begins an instance that is not bound to a thread; `parent` may be 0. Nothing is allocated in it before an attach. */
DREGS_DETAIL_INLINE dregs_scope dregs_scope_open(const char* kind, dregs_scope parent) {
    const struct dregs_api* api = dregs_detail_get();
    return api ? api->scope_open(kind, parent) : 0;
}

/** Ends an instance begun with dregs_scope_open, from any thread. */
DREGS_DETAIL_INLINE void dregs_scope_close(dregs_scope scope) {
    const struct dregs_api* api = dregs_detail_get();
    if (api) api->scope_close(scope);
}

/** Makes an instance current on this thread (0: none). Returns what to give to dregs_scope_restore. */
DREGS_DETAIL_INLINE dregs_scope dregs_scope_attach(dregs_scope scope) {
    const struct dregs_api* api = dregs_detail_get();
    return api ? api->scope_attach(scope) : 0;
}

/** Undoes the last attach on this thread. */
DREGS_DETAIL_INLINE void dregs_scope_restore(dregs_scope previous) {
    const struct dregs_api* api = dregs_detail_get();
    if (api) api->scope_restore(previous);
}

/** Says that a live block now belongs to another scope on purpose, so that it is no survivor of its own. 0: to none. */
DREGS_DETAIL_INLINE void dregs_block_move(const void* block, dregs_scope scope) {
    const struct dregs_api* api = dregs_detail_get();
    if (api) api->block_move(block, scope);
}

/** Begins a pool: a scope that also holds blocks malloc never sees. `parent` may be 0: the current scope. */
DREGS_DETAIL_INLINE dregs_pool dregs_pool_create(const char* kind, dregs_scope parent) {
    const struct dregs_api* api = dregs_detail_get();
    return api ? api->pool_create(kind, parent) : 0;
}

/** Says that `pool` handed out `bytes` at `block`. */
DREGS_DETAIL_INLINE void dregs_pool_alloc(dregs_pool pool, const void* block, size_t bytes) {
    const struct dregs_api* api = dregs_detail_get();
    if (api) api->pool_alloc(pool, block, bytes);
}

/** Says that `block` went back to `pool`. */
DREGS_DETAIL_INLINE void dregs_pool_free(dregs_pool pool, const void* block) {
    const struct dregs_api* api = dregs_detail_get();
    if (api) api->pool_free(pool, block);
}

/** Says that all blocks of `pool` went back at once; the pool goes on. */
DREGS_DETAIL_INLINE void dregs_pool_free_all(dregs_pool pool) {
    const struct dregs_api* api = dregs_detail_get();
    if (api) api->pool_free_all(pool);
}

/** Ends a pool and all blocks in it. */
DREGS_DETAIL_INLINE void dregs_pool_destroy(dregs_pool pool) {
    const struct dregs_api* api = dregs_detail_get();
    if (api) api->pool_destroy(pool);
}

/** Keeps the state as of now in a file beside the trace, named with `label`. Slow (a file copy); not for a hot path. */
DREGS_DETAIL_INLINE void dregs_snapshot(const char* label) {
    const struct dregs_api* api = dregs_detail_get();
    if (api) api->snapshot(label);
}

/** Whether the shim is there and records. */
DREGS_DETAIL_INLINE bool dregs_active(void) {
    const struct dregs_api* api = dregs_detail_get();
    return api && api->active();
}

#undef DREGS_DETAIL_INLINE

#ifdef __cplusplus
namespace dregs {

/** An instance that lasts as long as this object. Not copyable; must be destroyed on the thread that made it. */
class Scope {
  public:
    explicit Scope(const char* kind, const char* label = nullptr) : handle_(dregs_scope_enter_labeled(kind, label)) {}
    ~Scope() { dregs_scope_leave(handle_); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    dregs_scope handle() const { return handle_; }

  private:
    dregs_scope handle_;
};

/** Makes an instance current on this thread as long as this object lasts. */
class Attach {
  public:
    explicit Attach(dregs_scope scope) : previous_(dregs_scope_attach(scope)) {}
    ~Attach() { dregs_scope_restore(previous_); }
    Attach(const Attach&) = delete;
    Attach& operator=(const Attach&) = delete;

  private:
    dregs_scope previous_;
};

}  // namespace dregs
}  // extern "C++"
#endif

#endif
