// What a thread keeps for itself: reached through one thread-local pointer, in memory that a fork wipes.
//
// Owns: the layout only. A zero `ready` means: not started in this process yet, which after a fork is what a child
// sees. Recycled for a later thread once its own is gone (threads.h); no destructor, so it works after all of the
// thread's own.
#pragma once

#include "dregs/trace_format.h"
#include "preload/file/release_table.h"
#include "preload/scopes/handler_frames.h"
#include "preload/scopes/life_mark.h"
#include "preload/scopes/scope_frame.h"
#include "preload/scopes/scope_table.h"
#include "preload/system/attributes.h"
#include "preload/system/sampler.h"
#include "preload/unwind/stack_memo.h"

namespace dregs {

// A kind that this thread used lately.
struct KindEntry {
    const char* text;         // the pointer that the program gave
    const char* name;         // what it pointed to then, as the trace keeps it
    std::uint64_t head;       // its first eight bytes, with the 0 that ends it if that is among them
    std::uint64_t head_mask;  // which of eight bytes those are
    std::uint32_t length;
    std::uint32_t kind;
    format::KindCounters* counters;
};

struct ThreadState {
    static constexpr std::uint32_t kInlineFrames = 32;
    static constexpr std::uint32_t kKindEntries = 16;
    // One buffer of locations for the thread, one for a signal handler that interrupts it, one for a handler that
    // interrupts that.
    static constexpr std::uint32_t kLevels = 3;

    static constexpr std::uint8_t kReady = 1;
    static constexpr std::uint8_t kUnsettled = 2;  // the same, but `handlers` has pinned records

    // In the lowest bits of `busy`: how many hooks are at work, one within the other, and whether a handler that
    // interrupts the innermost of them has marked. Stack frames are aligned to 16 bytes.
    static constexpr std::uintptr_t kHookCount = 7;
    static constexpr std::uintptr_t kHandlerMarked = 8;

    std::uint8_t ready;
    // Stack frame of the outermost hook at work, and the bits. One word, so that a signal handler finds all or nothing.
    std::uintptr_t busy;
    std::uint32_t tid;   // 0: not known yet (Threads::identify)
    std::uint32_t slot;  // index in format::kThreads
    ScopeFrame* top;     // the innermost one, which says what record a new block refers to
    format::ThreadCounters* counters;
    std::uint64_t* locations[kLevels];
    StackMemo memo;
    ScopeStock stock;
    Sampler sampler;

    std::uint64_t home;  // handle of the thread's own instance, the outermost frame's
    format::StringRef name;
    std::uint32_t* kind_counters;  // by kind: index of this thread's counters; null until the first marker
    KindEntry kinds[kKindEntries];
    KindEntry handler_kinds[kLevels - 1];  // the last one that a handler has learnt, by how many hooks it interrupts
    ScopeFrame inline_frames[kInlineFrames];
    HandlerFrames handlers;
    StackMemo free_memo;  // of frees, when they are recorded with their stacks
    ReleaseBook releases[kLevels];
    // Of calls inside of calls, which an allocator's own functions make of each other (allocator_calls.h).
    const void* made;       // the block that an inner one recorded last
    const void* releasing;  // the block that an outer one has taken out and is about to free
    LifeMark life;

    // How many hooks of the thread the present one interrupts.
    std::uint8_t level() const {
        const std::uintptr_t hooks = load_relaxed(busy) & kHookCount;
        return static_cast<std::uint8_t>(hooks != 0 ? hooks - 1 : 0);
    }
    bool interrupts_hooks() const { return (load_relaxed(busy) & kHookCount) > 1; }
    // Null where a hook that is interrupted may be using it.
    ScopeStock* usable_stock() { return DREGS_UNLIKELY(interrupts_hooks()) ? nullptr : &stock; }
};

// Marks that this thread is inside the shim, in a hook that interrupts none. The others: hook_guard.h.
class BusyGuard {
  public:
    DREGS_INLINE explicit BusyGuard(ThreadState& thread) : thread_(thread) {
        const auto frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
        store_relaxed(thread_.busy, (frame & ~std::uintptr_t{15}) + 1);
        asm volatile("" ::: "memory");  // a signal handler must see it before what it protects
    }
    DREGS_INLINE ~BusyGuard() {
        asm volatile("" ::: "memory");
        store_relaxed(thread_.busy, std::uintptr_t{0});
    }
    BusyGuard(const BusyGuard&) = delete;
    BusyGuard& operator=(const BusyGuard&) = delete;

  private:
    ThreadState& thread_;
};

}  // namespace dregs
