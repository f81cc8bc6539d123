// The functions behind us, the allocator's, two of the loader's, fork, and those by which programs give up what they
// may do: the next definition of each in the program's search order.
//
// Resolved at the first call of any hook. Finding them may itself allocate, and so may
// code that runs before this library is relocated: that is served by the bootstrap heap.
#pragma once

#include <cstddef>

namespace dregs {

// name, result, parameters
#define DREGS_REAL_FUNCTIONS(X)                                  \
    X(malloc, void*, (std::size_t))                              \
    X(free, void, (void*))                                       \
    X(calloc, void*, (std::size_t, std::size_t))                 \
    X(realloc, void*, (void*, std::size_t))                      \
    X(posix_memalign, int, (void**, std::size_t, std::size_t))   \
    X(aligned_alloc, void*, (std::size_t, std::size_t))          \
    X(memalign, void*, (std::size_t, std::size_t))               \
    X(valloc, void*, (std::size_t))                              \
    X(pvalloc, void*, (std::size_t))                             \
    X(malloc_usable_size, std::size_t, (void*))                  \
    X(dlopen, void*, (const char*, int))                         \
    X(dlmopen, void*, (long, const char*, int))                  \
    X(prctl, int, (int, long, long, long, long))                 \
    X(syscall, long, (long, long, long, long, long, long, long)) \
    X(chroot, int, (const char*))                                \
    X(setuid, int, (unsigned))                                   \
    X(seteuid, int, (unsigned))                                  \
    X(setreuid, int, (unsigned, unsigned))                       \
    X(setresuid, int, (unsigned, unsigned, unsigned))            \
    X(fork, int, ())                                             \
    X(_Fork, int, ())

struct RealFunctions {
#define DREGS_REAL_MEMBER(name, result, parameters) result(*name) parameters;
    DREGS_REAL_FUNCTIONS(DREGS_REAL_MEMBER)
#undef DREGS_REAL_MEMBER
};

// Null members until resolve_real() has run.
extern RealFunctions g_real;

// g_real.syscall, for assembly.
extern "C" long (*dregs_next_syscall)(long, long, long, long, long, long, long);

// True when g_real is complete. False: this thread is inside the look-up already, so the call came from dlsym; or the
// loader has not come to this library yet.
bool resolve_real();

namespace detail {
extern bool g_real_resolved;
inline bool is_resolved() { return __builtin_expect(__atomic_load_n(&g_real_resolved, __ATOMIC_ACQUIRE), 1); }
}  // namespace detail
inline bool real_ready() { return detail::is_resolved() || resolve_real(); }

}  // namespace dregs
