// A thread's last stacks: what the next walk need not do again.
//
// Owns: frames that a walk of this thread met, outermost first, each with the state it was unwound from, the words that
// state was read from, and the number that the recorder gave its stack; and of the last walk the frames further in,
// which are locations only. Must not be believed: Unwinder::follow reads the words again and compares. A step outwards
// is a pure function of (pc and exact, sp, bp) and of the words it reads, so where state and words are equal the rest
// of the old walk is the new one. Longjmp, exceptions, coroutines and stacks used again cannot fool it; joining on pc
// and sp alone would be wrong, for the caller's frame may hang on rbp. But where it does not, rbp is not compared: much
// code keeps a loop's counter in it.
//
// One thread, never from a signal handler that interrupts the shim: the recorder passes it at its outermost level only.
// All-zero bytes are an empty memo without room. Filled by unwind_learn.cpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "dregs/trace_format.h"
#include "preload/system/attributes.h"
#include "preload/unwind/unwind_step.h"

namespace dregs {

// A word of the stack that a walk read, and what it held.
struct MemoWord {
    std::uintptr_t address;
    std::uint64_t value;
};

struct MemoFrame {
    std::uint64_t key;  // its location without the module; of an end, the value that is no return address
    std::uint64_t sp;
    std::uint64_t bp;     // means nothing unless needs_bp
    std::uint32_t words;  // of the memo's words, those of this frame and of the frames further out
    std::uint32_t stack;  // the recorder's number of the stack from here outwards, when it has been asked for
    std::uint16_t module;
    bool needs_bp;  // the step from here reads bp, or passes it to a caller that needs it
    bool is_end;    // no frame: what stands where the outermost would return to, compared like the others

    bool is(std::uint64_t other_key, std::uint64_t other_sp, std::uint64_t other_bp) const {
        return key == other_key && sp == other_sp && (bp == other_bp || !needs_bp);
    }
    std::uint64_t location() const { return key | (std::uint64_t{module} << format::kLocationModuleShift); }
};

class StackMemo {
  public:
    // Bytes of memory to give to a memo of stacks up to `limit` frames deep.
    static constexpr std::size_t bytes_for(std::uint32_t limit) {
        return (limit + std::size_t{1}) *
               (sizeof(MemoFrame) + kWordsOfFrame * sizeof(MemoWord) + sizeof(Note) + sizeof(std::uint64_t));
    }

    // `memory` is zeroed and stays; null: a memo that holds nothing.
    void use(void* memory, std::uint32_t limit) {
        limit_ = memory != nullptr ? limit : 0;
        if (memory == nullptr) return;
        frames_ = static_cast<MemoFrame*>(memory);
        words_ = reinterpret_cast<MemoWord*>(frames_ + limit_ + 1);
        notes_ = reinterpret_cast<Note*>(words_ + kWordsOfFrame * (limit_ + std::size_t{1}));
        inner_ = reinterpret_cast<std::uint64_t*>(notes_ + limit_ + 1);
    }

    bool has_room() const { return limit_ != 0; }

    // The number of the stack that Unwinder::follow found last. Stacks::intern_hashed(locations, count, number, hash)
    // says that of `count` frames, innermost first, with the stack `number` further out; 0 from it ends this and is the
    // result.
    template <class Stacks>
    DREGS_INLINE std::uint32_t intern(Stacks& stacks) {
        while (DREGS_UNLIKELY(numbered_ < joined_)) {
            MemoFrame& frame = frames_[numbered_];
            const std::uint64_t location = frame.location();
            const std::uint32_t outside = numbered_ != 0 ? number_of(numbered_) : std::uint32_t{root_};
            frame.stack = stacks.intern_hashed(&location, frame.is_end ? 0 : 1, outside, mix(0, location));
            if (frame.stack == 0) return 0;
            ++numbered_;
        }
        const std::uint32_t joint = number_of(joined_);
        return inner_count_ != 0 ? stacks.intern_hashed(inner_, inner_count_, joint, inner_hash_) : joint;
    }

    // The frames of the last walk, innermost first.
    std::uint32_t frames() const { return inner_count_ + joined_ - (joined_ > 0 && frames_[0].is_end); }
    // Of these: kStackWhole or kStackNoUnwind.
    format::StackRoot root() const { return joined_ != 0 ? root_ : walk_root_; }

    // Another thread has it from now on, which has another stack.
    void forget_thread() {
        candidates_ = numbered_ = joined_ = 0;
        own_stack_ = OwnStack{};
    }
    OwnStack& own_stack() { return own_stack_; }
    std::uint64_t location(std::uint32_t index) const {
        return index < inner_count_ ? inner_[index] : frames_[joined_ - 1 - (index - inner_count_)].location();
    }

  private:
    friend class Unwinder;
    friend class Follower;
    friend class Learner;
    friend struct Sprint;

    static constexpr std::size_t kWordsOfFrame = 2;
    // Stands where a word is wanted that is never equal.
    static constexpr std::uint64_t kNever = 1;

    // A frame on its way into the memo.
    struct Note {
        std::uint64_t location;  // 0: none, the stack ends with what stands in place of a return address
        Frame frame;
        ReadWord read;  // besides the return address
        Row row;
    };

    // The hash of the locations before, and one further out.
    static std::uint64_t mix(std::uint64_t hash, std::uint64_t location) {
        return (hash + location) * 0x9E3779B97F4A7C15u;
    }
    // How many words lie outwards of a frame's own: what there is to compare when a walk has come to it.
    std::uint32_t words_outside(const MemoFrame* frame) const { return frame != frames_ ? frame[-1].words : 0; }
    std::uint32_t number_of(std::uint32_t outermost) const {
        return outermost > 0 ? frames_[outermost - 1].stack : std::uint32_t{walk_root_};
    }
    MemoFrame* frames_;     // outermost first
    MemoWord* words_;       // in the order of frames_: what the step that led to each of them read
    Note* notes_;           // innermost first
    std::uint64_t* inner_;  // locations of the last walk's frames further in than where it joined, innermost first
    std::uint32_t limit_;
    std::uint32_t candidates_;  // outermost frames that the next walk compares with
    std::uint32_t numbered_;    // outermost frames that have a number
    std::uint32_t epoch_;       // of the unwinder's rows when the frames were found
    format::StackRoot root_;    // how the stack of frames_ ends
    bool of_own_stack_;         // frames_ are of own_stack_
    OwnStack own_stack_;

    // Of the last walk.
    std::uint32_t joined_;         // outermost frames of the memo that were its own
    std::uint32_t inner_count_;    // frames further in
    std::uint64_t inner_hash_;     // of their locations
    std::uint64_t within_;         // the outermost of them: its location
    std::uint64_t within_sp_;      // and where it was
    format::StackRoot walk_root_;  // how it ended, if it joined nothing

    std::uint32_t streak_;    // walks in a row that might have joined a frame further in
    std::uint32_t outside_;   // walks in a row that began outside of the innermost candidates
    std::uint32_t learned_;   // joining so many frames shows that the last lesson was worth it; 0: known
    std::uint32_t patience_;  // the needed streak is doubled so many times
    std::uint32_t misses_;    // walks in a row that did not join at all
    std::uint32_t pause_;     // walks to go before the next attempt, after attempts that did not end in a whole stack
    std::uint32_t failures_;  // such attempts in a row
};

}  // namespace dregs
