// The malloc family as the program sees it, and nothing else: call the real function, record.
//
// A free is recorded before the real one: afterwards the address may already be another thread's. The real function
// decides every error; errno is as it left it. Compiled with frame pointers, so that the caller's state can be read
// off.
#include <cerrno>
#include <cstddef>

#include "preload/limiter.h"
#include "preload/recorder.h"
#include "preload/system/attributes.h"
#include "preload/system/bootstrap_heap.h"
#include "preload/system/real.h"

using dregs::g_real;
using dregs::real_ready;

namespace {

DREGS_INLINE void* recorded(void* block, std::size_t bytes) {
    if (DREGS_LIKELY(block != nullptr)) {
        dregs::record_alloc(block, bytes);
    } else {
        dregs::note_refused_alloc(bytes);
    }
    return block;
}

DREGS_AMONG_HOOKS void* recorded(void* block, std::size_t bytes, const dregs::Registers& caller) {
    if (DREGS_UNLIKELY(!block)) return dregs::note_refused_alloc(bytes), nullptr;
    if (DREGS_LIKELY(!dregs::is_left_out(bytes))) dregs::enter_alloc(block, bytes, caller);
    return block;
}

// A block from before the real allocator was known moves over to it.
DREGS_COLD DREGS_AMONG_HOOKS void* reallocate_bootstrap_block(void* block, std::size_t bytes,
                                                              const dregs::Registers& caller) {
    if (bytes == 0) return nullptr;  // as glibc: freed
    void* fresh = real_ready() ? recorded(g_real.malloc(bytes), bytes, caller) : dregs::bootstrap_heap::allocate(bytes);
    const std::size_t former = dregs::bootstrap_heap::size_of(block);
    if (fresh) __builtin_memcpy(fresh, block, former < bytes ? former : bytes);
    return fresh;
}

// What realloc and reallocarray do.
DREGS_INLINE void* reallocate(void* block, std::size_t bytes, const dregs::Registers& caller) {
    if (DREGS_UNLIKELY(dregs::bootstrap_heap::owns(block))) return reallocate_bootstrap_block(block, bytes, caller);
    if (DREGS_UNLIKELY(!real_ready())) return dregs::bootstrap_heap::allocate(bytes);
    if (!block) return recorded(g_real.realloc(nullptr, bytes), bytes, caller);
    dregs::TakenBlock taken{};  // and so it stays where the child of a fork drops the next call (interrupted_hooks.h)
    dregs::take_for_realloc(block, taken);
    void* moved = g_real.realloc(block, bytes);
    if (DREGS_LIKELY(moved != nullptr))
        dregs::finish_realloc(moved, bytes, taken, caller);
    else if (bytes == 0)
        dregs::finish_free(taken, caller);
    else
        dregs::put_back(block, taken), dregs::note_refused_alloc(bytes);
    return moved;
}

}  // namespace

extern "C" {

DREGS_HOOK void* malloc(std::size_t bytes) {
    if (DREGS_UNLIKELY(!real_ready())) return dregs::bootstrap_heap::allocate(bytes);
    return recorded(g_real.malloc(bytes), bytes);
}

DREGS_HOOK void free(void* block) {
    if (DREGS_UNLIKELY(!block)) return;
    if (DREGS_UNLIKELY(dregs::bootstrap_heap::owns(block) || !real_ready())) return;
    dregs::record_free(block);
    g_real.free(block);
}

DREGS_HOOK void* calloc(std::size_t count, std::size_t bytes) {
    if (DREGS_UNLIKELY(!real_ready())) {
        std::size_t total = 0;
        return __builtin_mul_overflow(count, bytes, &total) ? nullptr : dregs::bootstrap_heap::allocate(total);
    }
    return recorded(g_real.calloc(count, bytes), count * bytes);
}

DREGS_HOOK void* realloc(void* block, std::size_t bytes) { return reallocate(block, bytes, DREGS_CAPTURE_CALLER()); }

// Ours rather than the C library's, which would call realloc above and be recorded twice.
DREGS_HOOK void* reallocarray(void* block, std::size_t count, std::size_t bytes) {
    std::size_t total = 0;
    if (DREGS_UNLIKELY(__builtin_mul_overflow(count, bytes, &total))) {
        errno = ENOMEM;
        if (real_ready()) dregs::note_failed_alloc(~std::size_t{0});
        return nullptr;
    }
    return reallocate(block, total, DREGS_CAPTURE_CALLER());
}

DREGS_HOOK int posix_memalign(void** out, std::size_t alignment, std::size_t bytes) {
    if (DREGS_UNLIKELY(!real_ready())) {
        *out = dregs::bootstrap_heap::allocate(bytes, alignment);
        return *out ? 0 : ENOMEM;
    }
    const int error = g_real.posix_memalign(out, alignment, bytes);
    if (error == 0) recorded(*out, bytes);
    if (error == ENOMEM) dregs::note_failed_alloc(bytes);
    return error;
}

DREGS_HOOK void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
    if (DREGS_UNLIKELY(!real_ready())) return dregs::bootstrap_heap::allocate(bytes, alignment);
    return recorded(g_real.aligned_alloc(alignment, bytes), bytes);
}

DREGS_HOOK void* memalign(std::size_t alignment, std::size_t bytes) {
    if (DREGS_UNLIKELY(!real_ready())) return dregs::bootstrap_heap::allocate(bytes, alignment);
    return recorded(g_real.memalign(alignment, bytes), bytes);
}

DREGS_HOOK void* valloc(std::size_t bytes) {
    if (DREGS_UNLIKELY(!real_ready())) return dregs::bootstrap_heap::allocate(bytes, 4096);
    return recorded(g_real.valloc(bytes), bytes);
}

DREGS_HOOK void* pvalloc(std::size_t bytes) {
    if (DREGS_UNLIKELY(!real_ready())) return dregs::bootstrap_heap::allocate(bytes, 4096);
    return recorded(g_real.pvalloc(bytes), bytes);
}

DREGS_HOOK std::size_t malloc_usable_size(void* block) {
    if (DREGS_UNLIKELY(dregs::bootstrap_heap::owns(block))) return dregs::bootstrap_heap::size_of(block);
    return real_ready() ? g_real.malloc_usable_size(block) : 0;
}

DREGS_HOOK void cfree(void* block) { free(block); }
DREGS_HOOK void free_sized(void* block, std::size_t) { free(block); }
DREGS_HOOK void free_aligned_sized(void* block, std::size_t, std::size_t) { free(block); }

}  // extern "C"
