// Fills a thread's memo: the frames of a walk with the words that they were found by. See stack_memo.h.
//
// Done once in many walks (unwind_follow.cpp says when), on the stack that has just been walked.
#include "preload/unwind/stack_memo.h"
#include "preload/unwind/unwind.h"

namespace dregs {

// Walks the frames of the last walk further in than where it joined once more, and makes them the memo's.
class Learner {
  public:
    Learner(Unwinder& unwinder, StackMemo& memo, const Registers& start)
        : unwinder_(unwinder),
          memo_(memo),
          state_{{start.pc, start.sp, start.bp, false}, StackReader(unwinder.pages_, start.sp), 0} {}

    void run(std::uint32_t epoch) {
        if (note_all()) adopt_all(epoch);
        memo_.streak_ = 0;
        memo_.misses_ = 0;
    }

  private:
    bool note_all();
    void note(std::uint64_t location, Row row);
    void adopt_all(std::uint32_t epoch);
    void come_by(std::uint32_t frame, const ReadWord& read);

    Unwinder& unwinder_;
    StackMemo& memo_;
    WalkState state_;
    std::uint32_t noted_ = 0;
};

void Learner::note(std::uint64_t location, Row row) {
    memo_.notes_[noted_++] = {location, state_.frame, state_.read, row};
}

// False: it is not the same stack any more (an object was forgotten in between).
bool Learner::note_all() {
    const RowTable::Level level = unwinder_.rows_.newest();
    Step result = Step::kCaller;
    for (std::uint32_t i = 0; i < memo_.inner_count_; ++i) {
        const RowTable::Hit hit = unwinder_.find(level, Unwinder::key_of(state_.frame));
        if (result != Step::kCaller || hit.location != memo_.inner_[i]) return false;
        note(hit.location, hit.row);
        result = step(hit.row, &state_);
    }
    if (memo_.joined_ != 0) return result == Step::kCaller;
    // The word that says "no caller" must be compared like the others.
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
        frames[count] = {RowTable::key_of(note.location),
                         note.frame.sp,
                         note.frame.bp,
                         0,
                         0,
                         static_cast<std::uint16_t>(format::location_module(note.location)),
                         note.row.reads_bp() || (caller_needs_bp && note.row.passes_bp())};
        come_by(count++, note.read);
    }
    if (memo_.numbered_ > memo_.joined_) memo_.numbered_ = memo_.joined_;
    memo_.epoch_ = epoch;
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
