// The seccomp filters that the program has put upon itself.
//
// Owns: a copy of each, taken when the program installs it (interpose_sandbox.cpp). Of equal ones there is one copy,
// and one that the kernel refuses gives its place to the next. A filter of one thread counts for all. One that a child
// of vfork has put upon itself is the child's alone, though the child lives in its parent's memory: it is obeyed by
// whoever has the child's thread pointer, which is the thread that waits for it, until the child is gone. The kernel
// says when that is, by an entry in the child's list of robust futexes: the parent may not be able to ask.
//
// Filters from before the image began are not known: they have let our start pass, which makes all the calls there are.
// Survives a fork, as filters do. Zero bytes: no filter. Lock-free, async-signal-safe.
#pragma once

#include <cstdint>

#include "preload/system/sandbox.h"

struct sock_fprog;

namespace dregs::sandbox {

struct KeptFilter;

// A filter that is about to be installed: copied, not yet active. Null: there is no such program, the kernel will
// refuse it. `is_guest`: the caller is a child that runs in its parent's memory.
KeptFilter* keep(const sock_fprog* program, bool is_guest);
KeptFilter* keep_strict(bool is_guest);
const Filter& filter_of(const KeptFilter& kept);
void activate(KeptFilter& kept);
// It was not installed after all.
void forget(KeptFilter& kept);
// This process has memory of its own since a fork: what the child of vfork that forked has put upon itself is
// everybody's here, and other such children are not in it.
void settle_guests();

extern std::uint32_t g_active;
inline bool is_present() { return __builtin_expect(__atomic_load_n(&g_active, __ATOMIC_ACQUIRE) != 0, 0); }
// Whether all active filters let the call pass.
bool permits(const SystemCall& call);

}  // namespace dregs::sandbox
