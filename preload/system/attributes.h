// Compiler attributes of the shim, and nothing else.
#pragma once

// Runs on every allocation: keep together, optimise for speed.
#define DREGS_HOT __attribute__((hot))
// Part of such a function, whatever the compiler thinks of its size.
#define DREGS_INLINE __attribute__((always_inline)) inline
// Runs once in a thousand times or less: keep out of the way of the hot code.
#define DREGS_COLD __attribute__((cold, noinline))
// One of the few symbols that the program may see.
#define DREGS_EXPORT __attribute__((visibility("default")))
// A thread's variables: reachable without a call, valid until the thread is gone, no destructor.
#define DREGS_THREAD __thread __attribute__((tls_model("initial-exec")))

#define DREGS_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define DREGS_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
