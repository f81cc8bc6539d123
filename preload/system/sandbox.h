// The seccomp filters that the program has put upon itself, and whether they would let a system call of ours pass.
//
// Owns: a copy of each filter, taken when the program installs it (interpose_sandbox.cpp), and the evaluation of one. A
// filter may kill for a call that the program never makes, and nothing can be tried without making it: so the filters
// are asked before each call of ours (sys_linux.cpp), and what they would not simply let pass is not made. A filter of
// one thread counts for all. Filters from before the image began are not known: they have let our start pass, which
// makes all the calls there are. Survives a fork, as filters do. Zero bytes: no filter. Lock-free, async-signal-safe.
#pragma once

#include <cstdint>

struct sock_fprog;
struct sock_filter;

namespace dregs::sandbox {

struct SystemCall {
    long number;
    std::uint64_t arguments[6];
};

struct Filter {
    const sock_filter* instructions;  // null: nothing passes (strict mode, or a filter that cannot be kept)
    std::uint32_t count;
    std::uint32_t active;
};

// What a filter returns for a call (SECCOMP_RET_*); SECCOMP_RET_KILL_PROCESS for one that is not well formed.
std::uint32_t evaluate(const Filter& filter, const SystemCall& call);
// Whether the call would be made and nothing else happen.
bool passes(const Filter& filter, const SystemCall& call);

// A filter that is about to be installed: copied, not yet active. Null `program`: strict mode. Null: there is no such
// program, the kernel will refuse it.
Filter* keep(const sock_fprog* program);
Filter* keep_strict();
void activate(Filter& filter);
// It was not installed after all.
void forget(Filter& filter);

extern std::uint32_t g_filters;  // kept so far
inline bool is_present() { return __builtin_expect(__atomic_load_n(&g_filters, __ATOMIC_ACQUIRE) != 0, 0); }
// Whether all active filters let the call pass.
bool permits(const SystemCall& call);

}  // namespace dregs::sandbox
