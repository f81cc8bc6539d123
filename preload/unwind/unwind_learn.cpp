// Fills a thread's memo: the frames of a walk with the words that they were found by. See stack_memo.h.
//
// Done once in many walks (unwind_follow.cpp says when), on the stack that has just been walked.
//
// The usual walk reads the memo's words without asking whether they are there. On the thread's own stack they are.
// Another stack may have gone since, and a smaller one may lie in its place. There the argument is: the walk has come
// to a frame of the memo, by the same words in the page of its stack pointer; so it is the same frame again, and what
// the step from it reads is in use, if its row is right. A wrong row reads what it likes, and if it then finds a 0 it
// even looks as if the stack ended there. So a step of such a stack is kept only where it stays in the page of the
// frame, or where its row has proved itself: what it read is the return address of a call of this very function. Where
// not, the step is done again each time, and asks.
#include "preload/unwind/call_site.h"
#include "preload/unwind/stack_memo.h"
#include "preload/unwind/unwind.h"

namespace dregs {

// Walks the frames of the last walk further in than where it joined once more, and makes them the memo's.
class Learner {
  public:
    Learner(Unwinder& unwinder, StackMemo& memo, const Registers& start)
        : unwinder_(unwinder),
          memo_(memo),
          on_own_stack_(memo.own_stack_.holds(start.sp)),
          pages_(memo.own_stack_.known()),
          state_{{start.pc, start.sp, start.bp, false}, StackReader(memo.own_stack_.readable_from(start.sp), pages_)} {}

    void run(std::uint32_t epoch) {
        if (note_all()) adopt_all(epoch);
        memo_.streak_ = 0;
        memo_.misses_ = 0;
    }

  private:
    bool note_all();
    void note(std::uint64_t location, Row row);
    void forget_what_is_unsure(const Frame& before);
    bool is_sure(const Frame& before);
    void adopt_all(std::uint32_t epoch);
    void come_by(std::uint32_t frame, const ReadWord& read);

    Unwinder& unwinder_;
    StackMemo& memo_;
    bool on_own_stack_;
    ReadablePages pages_;
    WalkState state_;
    std::uint32_t noted_ = 0;
};

void Learner::note(std::uint64_t location, Row row) {
    memo_.notes_[noted_++] = {location, state_.frame, state_.read, row};
}

// Whether what the step from `before` read will be there whenever a walk comes to the same frame again.
bool Learner::is_sure(const Frame& before) {
    const Frame& after = state_.frame;
    if (on_own_stack_) return memo_.own_stack_.holds(after.sp - 8);
    if ((before.sp - 8) >> ReadablePages::kPageBits == (after.sp - 8) >> ReadablePages::kPageBits) return true;
    return Unwinder::is_pc(after.pc) && was_called_from(after.pc, before.pc, before.exact, pages_) == WasCalled::kYes;
}

void Learner::forget_what_is_unsure(const Frame& before) {
    if (!is_sure(before)) state_.read = ReadWord::others();
}

// False: it is not the same stack any more (an object was forgotten in between), or more than one.
bool Learner::note_all() {
    const RowTable::Level level = unwinder_.rows_.newest();
    Step result = Step::kCaller;
    for (std::uint32_t i = 0; i < memo_.inner_count_; ++i) {
        const Frame before = state_.frame;
        const RowTable::Hit hit = unwinder_.find(level, Unwinder::key_of(before), pages_);
        if (result != Step::kCaller || hit.location != memo_.inner_[i]) return false;
        note(hit.location, hit.row);
        result = Unwinder::step_caller(hit.row, i != 0 ? memo_.inner_[i - 1] : 0, &state_);
        if (result == Step::kCaller) forget_what_is_unsure(before);
    }
    if (state_.jumps != 0) return false;
    if (memo_.joined_ != 0) return result == Step::kCaller;
    // What stands in place of a return address must be compared like the others.
    if (result == Step::kCaller) note(0, Row());
    return true;
}

void Learner::adopt_all(std::uint32_t epoch) {
    MemoFrame* const frames = memo_.frames_;
    std::uint32_t count = memo_.joined_;
    memo_.candidates_ = 0;
    asm volatile("" ::: "memory");
    // It was found from another callee this time: what the former one had saved proves nothing of this one's.
    if (count != 0) come_by(count - 1, state_.read);
    while (noted_ != 0) {
        const StackMemo::Note& note = memo_.notes_[--noted_];
        const bool caller_needs_bp = count != 0 && frames[count - 1].needs_bp;
        const bool is_end = note.location == 0;
        frames[count] = {is_end ? note.frame.pc : RowTable::key_of(note.location),
                         note.frame.sp,
                         note.frame.bp,
                         0,
                         0,
                         static_cast<std::uint16_t>(format::location_module(note.location)),
                         note.row.reads_bp() || (caller_needs_bp && note.row.passes_bp()),
                         is_end};
        come_by(count++, note.read);
    }
    if (memo_.numbered_ > memo_.joined_) memo_.numbered_ = memo_.joined_;
    memo_.epoch_ = epoch;
    if (memo_.joined_ == 0) memo_.root_ = memo_.walk_root_;
    if (memo_.joined_ == 0) memo_.of_own_stack_ = on_own_stack_;
    asm volatile("" ::: "memory");
    memo_.learned_ = memo_.joined_ != 0 ? memo_.joined_ + 1 : 0;
    memo_.candidates_ = count;
}

// Enters the words by which a frame was found. Where its rbp is not needed, the return address is all that must still
// hold. The word that a walk reads first comes last.
void Learner::come_by(std::uint32_t index, const ReadWord& read) {
    MemoFrame& frame = memo_.frames_[index];
    std::uint32_t count = memo_.words_outside(&frame);
    if (read.is_others()) {
        memo_.words_[count++] = {reinterpret_cast<std::uintptr_t>(&StackMemo::kNever), ~StackMemo::kNever};
    } else {
        memo_.words_[count++] = {frame.sp - 8, frame.key};
        if (frame.needs_bp && read.address != frame.sp - 8) memo_.words_[count++] = {read.address, read.value};
    }
    frame.words = count;
}

DREGS_COLD void Unwinder::learn(const Registers& start, StackMemo& memo, std::uint32_t epoch) {
    Learner(*this, memo, start).run(epoch);
}

}  // namespace dregs
