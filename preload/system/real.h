// The functions behind us, the allocator's, two of the loader's, fork, and those by which programs give up what they
// may do: what the program's own calls would be bound to if this library were not there.
//
// A call asks for the version that the C library had when the program was linked, which for all of these is the one
// that it had from the beginning. A definition of that version counts, though it may be no default and hence out of
// dlsym's sight (libc_malloc_debug.so.0), and one of an object without versions (other allocators); not one of a
// version of another name.
//
// Resolved at the first call of any hook. Finding them may itself allocate, and so may
// code that runs before this library is relocated: that is served by the bootstrap heap.
#pragma once

#include <cstddef>

namespace dregs {

// name, result, parameters, version; without one: whichever is the default
#define DREGS_REAL_FUNCTIONS(X)                                                 \
    X(malloc, void*, (std::size_t), "GLIBC_2.2.5")                              \
    X(free, void, (void*), "GLIBC_2.2.5")                                       \
    X(calloc, void*, (std::size_t, std::size_t), "GLIBC_2.2.5")                 \
    X(realloc, void*, (void*, std::size_t), "GLIBC_2.2.5")                      \
    X(posix_memalign, int, (void**, std::size_t, std::size_t), "GLIBC_2.2.5")   \
    X(aligned_alloc, void*, (std::size_t, std::size_t), "GLIBC_2.16")           \
    X(memalign, void*, (std::size_t, std::size_t), "GLIBC_2.2.5")               \
    X(valloc, void*, (std::size_t), "GLIBC_2.2.5")                              \
    X(pvalloc, void*, (std::size_t), "GLIBC_2.2.5")                             \
    X(malloc_usable_size, std::size_t, (void*), "GLIBC_2.2.5")                  \
    X(dlopen, void*, (const char*, int), nullptr)                               \
    X(dlmopen, void*, (long, const char*, int), nullptr)                        \
    X(prctl, int, (int, long, long, long, long), "GLIBC_2.2.5")                 \
    X(syscall, long, (long, long, long, long, long, long, long), "GLIBC_2.2.5") \
    X(chroot, int, (const char*), "GLIBC_2.2.5")                                \
    X(setuid, int, (unsigned), "GLIBC_2.2.5")                                   \
    X(seteuid, int, (unsigned), "GLIBC_2.2.5")                                  \
    X(setreuid, int, (unsigned, unsigned), "GLIBC_2.2.5")                       \
    X(setresuid, int, (unsigned, unsigned, unsigned), "GLIBC_2.2.5")            \
    X(fork, int, (), "GLIBC_2.2.5")                                             \
    X(_Fork, int, (), "GLIBC_2.34")

struct RealFunctions {
#define DREGS_REAL_MEMBER(name, result, parameters, version) result(*name) parameters;
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

// One of the loader's by itself, while the others are being looked up: what they lead to may come back (an IFUNC's
// resolver that opens a library). Null: the loader has not come to this library yet.
void* find_loader_function(const char* name);

namespace detail {
extern bool g_real_resolved;
inline bool is_resolved() { return __builtin_expect(__atomic_load_n(&g_real_resolved, __ATOMIC_ACQUIRE), 1); }
}  // namespace detail
inline bool real_ready() { return detail::is_resolved() || resolve_real(); }

}  // namespace dregs
