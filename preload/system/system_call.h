// A system call made directly, so that errno and cancellation are not involved, after the program's seccomp filters
// have been asked. Linux on x86-64. For the files that implement sys.h and own_descriptors.h, and no others.
#pragma once

#include <errno.h>

#include <cstdint>

#include "preload/system/kept_filters.h"

namespace dregs::sys {

inline sandbox::SystemCall describe(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0,
                                    long f = 0) {
    const auto word = [](long value) { return static_cast<std::uint64_t>(value); };
    return {number, {word(a), word(b), word(c), word(d), word(e), word(f)}};
}

inline bool may_call(const sandbox::SystemCall& call) { return !sandbox::is_present() || sandbox::permits(call); }

// Asks nobody.
inline long make(long number, long a, long b, long c, long d, long e, long f) {
    long result;
    register long r10 asm("r10") = d;
    register long r8 asm("r8") = e;
    register long r9 asm("r9") = f;
    asm volatile("syscall"
                 : "=a"(result)
                 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                 : "rcx", "r11", "memory");
    return result;
}

inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
    if (!may_call(describe(number, a, b, c, d, e, f))) return -EPERM;
    return make(number, a, b, c, d, e, f);
}

template <typename T>
long address(T* pointer) {
    return reinterpret_cast<long>(pointer);
}

inline bool failed(long result) { return result < 0 && result > -4096; }

}  // namespace dregs::sys
