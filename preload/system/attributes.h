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
// Where the malloc family and the markers lie, so that a look at a pc tells which of them is at work
// (interrupted_hooks.h). Whatever interpose.cpp does not inline must be among its hooks.
#define DREGS_AMONG_HOOKS __attribute__((section("dregs_hooks")))
#define DREGS_HOOK DREGS_EXPORT DREGS_AMONG_HOOKS
#define DREGS_AMONG_MARKERS __attribute__((section("dregs_markers")))
#define DREGS_MARKER DREGS_EXPORT DREGS_AMONG_MARKERS
// A thread's variables: reachable without a call, valid until the thread is gone, no destructor.
#define DREGS_THREAD __thread __attribute__((tls_model("initial-exec")))

#define DREGS_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define DREGS_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
