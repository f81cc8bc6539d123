// What a thread keeps for itself: reached through one thread-local pointer, in memory that a fork wipes.
//
// Owns: the layout only. A zero `ready` means: not started in this process yet, which after a fork is what a child
// sees. Recycled for a later thread once its own is gone (threads.h); no destructor, so it works after all of the
// thread's own.
#pragma once

#include "dregs/trace_format.h"
#include "preload/file/release_table.h"
#include "preload/scopes/life_mark.h"
#include "preload/scopes/scope_table.h"
#include "preload/system/attributes.h"
#include "preload/system/sampler.h"
#include "preload/unwind/stack_memo.h"

namespace dregs {

// One level of a thread's nesting: an instance that was entered or attached here.
struct ScopeFrame {
    static constexpr std::uint32_t kByMarker = 0;  // ended by leave
    static constexpr std::uint32_t kByAttach = 1;  // ended by restore

    std::uint32_t instance;
    std::uint32_t generation;
    std::uint32_t record;            // what blocks refer to: the instance or this thread's present share of it
    std::uint32_t origin;            // kByMarker, kByAttach, or what tells the call that began it
    std::uint64_t slice_end_ns;      // monotonic time at which a new share begins
    format::Scope* record_at;        // where `record` is
    format::KindCounters* counters;  // of the instance's kind, this thread's; null: none
};

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
    // One buffer of locations for the thread, one for a signal handler that interrupts it.
    static constexpr std::uint32_t kLevels = 2;

    std::uint8_t ready;
    // Stack frame of the outermost hook at work, and in the lowest bits how many there are. One word, so that a signal
    // handler finds both or neither.
    std::uintptr_t busy;
    std::uint32_t tid;      // 0: not known yet (Threads::identify)
    std::uint32_t slot;     // index in format::kThreads
    std::uint32_t current;  // scope record that a new block refers to
    format::Scope* current_record;
    std::uint64_t slice_end_ns;  // of the innermost frame
    format::ThreadCounters* counters;
    std::uint64_t* locations[kLevels];
    StackMemo memo;
    ScopeStock stock;
    Sampler sampler;

    ScopeFrame* frames;  // frames[0] is the thread's own instance
    std::uint32_t depth;
    std::uint32_t capacity;
    format::StringRef name;
    std::uint32_t* kind_counters;  // by kind: index of this thread's counters; null until the first marker
    KindEntry kinds[kKindEntries];
    ScopeFrame inline_frames[kInlineFrames];
    StackMemo free_memo;  // of frees, when they are recorded with their stacks
    ReleaseBook releases[kLevels];
    // Of calls inside of calls, which an allocator's own functions make of each other (allocator_calls.h).
    const void* made;       // the block that an inner one recorded last
    const void* releasing;  // the block that an outer one has taken out and is about to free
    LifeMark life;
};

// How many hooks of this thread really are at work, when `busy` says some are: a signal handler that left an
// interrupted hook by siglongjmp has left the count behind. `frame`: the present hook's.
std::uint8_t hooks_at_work(const ThreadState& thread, std::uintptr_t frame);

inline constexpr std::uintptr_t kHookCountMask = 15;  // stack frames are aligned to 16 bytes

// Marks that this thread is inside the shim. Restores the former value, so that it nests. `was_left()` may know more
// about the one hook that seems to be at work.
class BusyGuard {
  public:
    explicit BusyGuard(ThreadState& thread) : BusyGuard(thread, [] { return false; }) {}
    template <typename WasLeft>
    DREGS_INLINE BusyGuard(ThreadState& thread, WasLeft was_left) : thread_(thread), restore_(thread.busy), former_(0) {
        const std::uintptr_t frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) & ~kHookCountMask;
        if (DREGS_UNLIKELY(restore_ != 0)) {
            former_ = hooks_at_work(thread, frame);
            if (former_ == 1 && was_left()) former_ = 0;
            if (former_ == 0) restore_ = 0;
        }
        store_relaxed(thread_.busy, DREGS_LIKELY(former_ == 0) ? frame + 1 : restore_ + 1);
        asm volatile("" ::: "memory");  // a signal handler must see it before what it protects
    }
    ~BusyGuard() {
        asm volatile("" ::: "memory");
        store_relaxed(thread_.busy, restore_);
    }
    BusyGuard(const BusyGuard&) = delete;
    BusyGuard& operator=(const BusyGuard&) = delete;
    std::uint8_t former() const { return former_; }

  private:
    ThreadState& thread_;
    std::uintptr_t restore_;
    std::uint8_t former_;
};

}  // namespace dregs
