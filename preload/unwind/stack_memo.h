// A thread's last stack: what the next walk need not do again.
//
// Owns: the frames of the last whole walk, outermost first, each with the state it was unwound from, where its words
// were read, and the number that the recorder gave its stack. Must not be believed: Unwinder::follow reads the words
// again and compares. A step outwards is a pure function of (pc and exact, sp, bp) and of the words it reads, so where
// state and words are equal the rest of the old walk is the new one. Longjmp, exceptions, coroutines and stacks used
// again cannot fool it; joining on pc and sp alone would be wrong, for the caller's frame may hang on rbp.
//
// One thread, never from a signal handler that interrupts the shim: the recorder passes it at its outermost level only.
// All-zero bytes are an empty memo without room. Filled by unwind_follow.cpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "dregs/trace_format.h"
#include "preload/system/attributes.h"

namespace dregs {

struct MemoFrame {
    std::uint64_t location;  // 0: the return address of 0 that the outermost frame was found with
    std::uint64_t sp;
    std::uint64_t bp;
    std::uint64_t bp_slot;  // where bp was read; kBpKept, kStepped
    std::uint32_t stack;    // the recorder's number of the stack from here outwards; 0: none yet
    std::uint32_t reserved;

    static constexpr std::uint64_t kBpKept = 0;   // bp is the callee's
    static constexpr std::uint64_t kStepped = 1;  // found in a way that reads other words: must be stepped to again
};
static_assert(sizeof(MemoFrame) == 40);

class StackMemo {
  public:
    // Bytes of memory to give to a memo of stacks up to `limit` frames deep.
    static constexpr std::size_t bytes_for(std::uint32_t limit) {
        return 2 * (limit + std::size_t{1}) * sizeof(MemoFrame);
    }

    // `memory` is zeroed and stays; null: a memo that holds nothing.
    void use(void* memory, std::uint32_t limit) {
        frames_ = static_cast<MemoFrame*>(memory);
        limit_ = memory != nullptr ? limit : 0;
    }

    // The number of the stack that Unwinder::follow found last. Frames without one get theirs from
    // child(number of the caller's stack, location), outermost first; 0 from it ends that and is the result.
    template <class Child>
    std::uint32_t intern(Child&& child) {
        std::uint32_t at = count_;
        while (at > 0 && frames_[at - 1].stack == 0) --at;
        std::uint32_t stack = at > 0 ? frames_[at - 1].stack : std::uint32_t{format::kStackWhole};
        for (; at < count_ && stack != 0; ++at) stack = frames_[at].stack = child(stack, frames_[at].location);
        return stack;
    }

    // The frames of the last walk, innermost first.
    std::uint32_t frames() const { return count_ - has_sentinel(); }
    std::uint64_t location(std::uint32_t index) const { return frames_[count_ - 1 - index].location; }

  private:
    friend class Unwinder;
    friend class Follower;

    bool has_sentinel() const { return count_ > 0 && frames_[0].location == 0; }
    MemoFrame* fresh() const { return frames_ + limit_ + 1; }

    // Replaces all but the outermost `kept` frames by `count` of fresh(), which are innermost first. An interruption in
    // between that never returns (a handler that jumps out) leaves the memo empty.
    void replace(std::uint32_t kept, std::uint32_t count, std::uint32_t epoch) {
        count_ = 0;
        asm volatile("" ::: "memory");
        for (std::uint32_t i = 0; i < count; ++i) frames_[kept + i] = fresh()[count - 1 - i];
        epoch_ = epoch;
        asm volatile("" ::: "memory");
        count_ = kept + count;
    }

    MemoFrame* frames_;
    std::uint32_t limit_;
    std::uint32_t count_;
    std::uint32_t epoch_;     // of the unwinder's rows when the frames were found
    std::uint32_t pause_;     // walks to go before the next attempt, after attempts that did not end in a whole stack
    std::uint32_t failures_;  // such attempts in a row
};

}  // namespace dregs
