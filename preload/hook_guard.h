// Marks that this thread is inside the shim, in a hook that may interrupt others: called by a signal handler, at any
// instruction of them. Tells how many there are.
//
// `busy` says how many hooks seem to be at work. Some may not be any more: a handler has left them by siglongjmp, and
// nothing tells us. A hook that is interrupted is on the stack, though, behind a signal frame, whatever stack the
// handler runs on. So the stack is walked. Only where that leads nowhere (a frame without unwind information) is the
// stack pointer asked: a handler's frames lie below those that it interrupted, unless it has a stack of its own.
//
// Costs nothing where no hook is interrupted. Restores what was there before, so that it nests.
#pragma once

#include "preload/scopes/thread_state.h"

namespace dregs {

class HookGuard {
  public:
    DREGS_INLINE explicit HookGuard(ThreadState& thread) : thread_(thread), restored_(0), level_(0) {
        const auto frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) & ~std::uintptr_t{15};
        if (DREGS_UNLIKELY(load_relaxed(thread.busy) != 0))
            interrupt(frame);
        else
            store_relaxed(thread.busy, frame + 1);
        asm volatile("" ::: "memory");  // a signal handler must see it before what it protects
    }
    DREGS_INLINE ~HookGuard() {
        asm volatile("" ::: "memory");
        if (DREGS_UNLIKELY(restored_ != 0))
            resume();
        else
            store_relaxed(thread_.busy, std::uintptr_t{0});
    }
    HookGuard(const HookGuard&) = delete;
    HookGuard& operator=(const HookGuard&) = delete;

    // How many hooks of the thread this one interrupts.
    std::uint8_t level() const { return level_; }
    // To be called before the nesting of scopes is changed or what hangs on it.
    void will_mark();

  private:
    void interrupt(std::uintptr_t frame);
    void resume();

    ThreadState& thread_;
    std::uintptr_t restored_;  // what `busy` was; 0: no hook is at work
    std::uint8_t level_;
};

}  // namespace dregs
