// libdregs-apr.so: the pools of the Apache Portable Runtime (libapr-1). Verified with 1.7.2.
//
// What the library does                     what the trace gets
//   apr_pool_create_ex, .._unmanaged_ex     a pool of kind "apr_pool" in its parent, with the stack that created it
//   apr_pool_tag                            its label
//   apr_palloc, apr_pvsprintf               a block of the pool (apr_pcalloc, apr_pstrdup, apr_psprintf ... call these
//   by name) apr_pool_clear                          all blocks gone; the pools below are destroyed by name
//   apr_pool_destroy                        the pool ends, and first all below, which the library ends without a name
//
// Not seen: where an APR that was built without mmap has its memory from; it takes 8 KiB at a time from malloc.
#include <cstdarg>
#include <cstring>

#include "adapters/next.h"
#include "adapters/pointer_map.h"
#include "adapters/pool_tree.h"
#include "adapters/shim.h"

ADAPTER_EXPORT int apr_pool_create_ex(void** made, void* parent, void* abort_function, void* allocator);
ADAPTER_EXPORT int apr_pool_create_unmanaged_ex(void** made, void* abort_function, void* allocator);
ADAPTER_EXPORT void apr_pool_clear(void* pool);
ADAPTER_EXPORT void apr_pool_destroy(void* pool);
ADAPTER_EXPORT void apr_pool_tag(void* pool, const char* tag);
ADAPTER_EXPORT void* apr_palloc(void* pool, std::size_t bytes);
ADAPTER_EXPORT char* apr_pvsprintf(void* pool, const char* format, va_list arguments);
extern "C" void* apr_pool_parent_get(void* pool);  // asked, not replaced

// clang-format off
#define APR_FUNCTIONS(X) \
    X(apr_pool_create_ex) X(apr_pool_create_unmanaged_ex) X(apr_pool_clear) X(apr_pool_destroy) X(apr_pool_tag) \
    X(apr_palloc) X(apr_pvsprintf)
#define APR_QUESTIONS(X) X(apr_pool_parent_get)
// clang-format on
ADAPTER_NEXT_TABLE(APR_FUNCTIONS, APR_QUESTIONS)

namespace dregs::adapters {
namespace {

constexpr char kKind[] = "apr_pool";

struct Pool {
    PoolNode node;  // first: see pool_of
    const void* object;
    dregs_pool handle;    // 0: it is being destroyed
    unsigned generation;  // of the process that the handle is good in
};

PointerMap<Pool> g_pools;
PoolTree g_tree;

Pool& pool_of(PoolNode& node) { return reinterpret_cast<Pool&>(node); }

dregs_pool handle_of(const Pool* pool) { return pool && pool->generation == generation() ? pool->handle : 0; }

void begin(const dregs_api& dregs, Pool& pool, const dregs_caller& caller) {
    Pool* parent = pool.node.parent ? &pool_of(*pool.node.parent) : nullptr;
    pool.handle = dregs.pool_create_at(kKind, nullptr, handle_of(parent), &caller);
    pool.generation = generation();
}

// A new pool. `parent`: what the library says it is.
void add(const dregs_api& dregs, const void* object, const void* parent, const dregs_caller& caller) {
    Pool* pool = g_pools.insert(object);
    if (!pool) return;
    pool->object = object;
    Pool* above = parent ? g_pools.find(parent) : nullptr;
    g_tree.add(pool->node, above ? &above->node : nullptr);
    begin(dregs, *pool, caller);
}

// The process was forked since, or the pool made before anybody told us.
ADAPTER_COLD Pool* adopt(const dregs_api& dregs, const void* object, const void* parent, Pool* former,
                         const dregs_caller& caller) {
    if (!former) {
        add(dregs, object, parent, caller);
        return g_pools.find(object);
    }
    if (former->handle != 0) begin(dregs, *former, caller);
    return former;
}

// Ends the pool and all below in the trace; they are forgotten later, by forget().
void end_all(const dregs_api& dregs, Pool& root) {
    g_tree.remove(root.node, [&](PoolNode& node) {
        Pool& pool = pool_of(node);
        const dregs_pool handle = handle_of(&pool);
        const void* object = pool.object;
        pool.handle = 0;
        if (handle) dregs.pool_destroy(handle);
        if (&pool != &root) g_pools.erase(object);
    });
}

}  // namespace
}  // namespace dregs::adapters

using namespace dregs::adapters;

// The pool that the program names; one that is not known yet is entered.
#define KNOWN_POOL(dregs, object, caller) \
    known(dregs, object, caller, next_apr_pool_parent_get.get(__builtin_return_address(0)))

static Pool* known(const dregs_api& dregs, void* object, const dregs_caller& caller, void* (*parent_of)(void*)) {
    Pool* pool = object ? g_pools.find(object) : nullptr;
    if (ADAPTER_LIKELY(pool && pool->generation == generation())) return pool;
    return object ? adopt(dregs, object, parent_of(object), pool, caller) : nullptr;
}

int apr_pool_create_ex(void** made, void* parent, void* abort_function, void* allocator) {
    const int error = NEXT(apr_pool_create_ex)(made, parent, abort_function, allocator);
    const dregs_api* dregs = error == 0 ? shim() : nullptr;
    if (dregs) add(*dregs, *made, NEXT(apr_pool_parent_get)(*made), ADAPTER_CALLER());
    return error;
}

int apr_pool_create_unmanaged_ex(void** made, void* abort_function, void* allocator) {
    const int error = NEXT(apr_pool_create_unmanaged_ex)(made, abort_function, allocator);
    const dregs_api* dregs = error == 0 ? shim() : nullptr;
    if (dregs) add(*dregs, *made, nullptr, ADAPTER_CALLER());
    return error;
}

void apr_pool_tag(void* pool, const char* tag) {
    NEXT(apr_pool_tag)(pool, tag);
    const dregs_api* dregs = tag ? shim() : nullptr;
    Pool* entry = dregs ? KNOWN_POOL(*dregs, pool, ADAPTER_CALLER()) : nullptr;
    if (entry && entry->handle) dregs->scope_label(entry->handle, tag);
}

// Cleanups may allocate while they are called, and what they get is gone at the end, too.
void apr_pool_clear(void* pool) {
    const dregs_api* dregs = shim();
    Pool* entry = dregs ? KNOWN_POOL(*dregs, pool, ADAPTER_CALLER()) : nullptr;
    if (!entry) return NEXT(apr_pool_clear)(pool);
    dregs->pool_free_all(entry->handle);
    NEXT(apr_pool_clear)(pool);
    dregs->pool_free_all(entry->handle);
}

// The pool's address stays known while its cleanups are called: what they allocate is nobody's any more.
void apr_pool_destroy(void* pool) {
    const dregs_api* dregs = shim();
    Pool* entry = dregs ? g_pools.find(pool) : nullptr;
    if (!entry || !entry->handle) return NEXT(apr_pool_destroy)(pool);
    end_all(*dregs, *entry);
    entry->generation = generation();
    NEXT(apr_pool_destroy)(pool);
    if (entry->object == pool && !entry->handle) g_pools.erase(pool);
}

void* apr_palloc(void* pool, std::size_t bytes) {
    void* block = NEXT(apr_palloc)(pool, bytes);
    const dregs_api* dregs = block && bytes != 0 ? shim() : nullptr;  // the next one may begin where nothing is
    if (!dregs) return block;
    const dregs_caller caller = ADAPTER_CALLER();
    const Pool* entry = KNOWN_POOL(*dregs, pool, caller);
    if (entry && entry->handle) dregs->pool_alloc_at(entry->handle, block, bytes, &caller, 0);
    return block;
}

char* apr_pvsprintf(void* pool, const char* format, va_list arguments) {
    char* text = NEXT(apr_pvsprintf)(pool, format, arguments);
    const dregs_api* dregs = text ? shim() : nullptr;
    if (!dregs) return text;
    const dregs_caller caller = ADAPTER_CALLER();
    const Pool* entry = KNOWN_POOL(*dregs, pool, caller);
    if (entry && entry->handle) dregs->pool_alloc_at(entry->handle, text, std::strlen(text) + 1, &caller, 0);
    return text;
}
