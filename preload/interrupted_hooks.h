// Hooks that a signal handler has interrupted, when the handler forks and the child returns from it.
//
// A fork wipes the child's shim (state.h). A hook that goes on there would follow what is gone, in registers and frames
// that no fork can wipe. What it records is the parent's anyway, so the child drops it: its handler is made to return
// not to where it interrupted the recorder, but to where the recorder would have returned to.
//
//   the handler's return goes to ...
//   a function of interpose.cpp (section dregs_hooks), as if what it called had returned 0: the block it has, or is to
//     free, is still the program's
//   the caller of a marker (section dregs_markers), which gets 0, "nothing recorded"
//
// No locks, no allocation. Called by interpose_fork.cpp, around the fork. A child made by a raw system call is not
// seen.
#pragma once

#include <cstdint>

#include "preload/unwind/register_file.h"
#include "preload/unwind/signal_frame.h"
#include "preload/unwind/unwind.h"

namespace dregs {

class InterruptedHooks {
  public:
    // In the parent, whose shim can still walk: finds them on the stack that ends in `caller`.
    void find(const Registers& caller);
    // In the child.
    void drop() const;

  private:
    // Small, for it stands on the program's stack during the fork.
    struct Hook {
        std::uintptr_t context;  // the ucontext that the handler returns to
        ResumePoint resume;
    };
    static constexpr std::uint32_t kMostHooks = 2;  // a handler that interrupts a handler

    bool may_be_any(const Registers& caller) const;
    void keep(std::uintptr_t context, const RegisterFile& interrupted);

    std::uint32_t count_ = 0;
    Hook hooks_[kMostHooks];
};

}  // namespace dregs
