// A walk that joins the thread's last ones as soon as it can. See stack_memo.h for why that is right.
//
//   Unwinder::follow ─▶ Follower::run ─▶ hurry: plain steps, as far as the memo's next frame
//        │                           ├▶ is the frame at hand that one? ─▶ verify outwards, word by word
//        │                           └▶ advance: a step of any kind
//        └▶ learn, now and then: the same stack once more, noted in the memo
#include "preload/system/attributes.h"
#include "preload/unwind/stack_memo.h"
#include "preload/unwind/unwind.h"

namespace dregs {
namespace {

// Stands in the memo where a word is wanted that is never equal.
constexpr std::uint64_t kNever = 1;

// So many walks in a row make the memo follow them.
constexpr std::uint32_t kHabit = 6;   // that began outside of its innermost frames
constexpr std::uint32_t kStreak = 4;  // that might have joined a frame further in
constexpr std::uint32_t kMisses = 2;  // that did not join at all
// Lessons in vain double the streak that is needed, up to so many times.
constexpr std::uint32_t kMostPatience = 6;

}  // namespace

// One walk. Its parts exchange state through members, field by field: what is written by one store is read by one load.
class Follower {
  public:
    Follower(Unwinder& unwinder, StackMemo& memo, const Registers& start, std::uint32_t limit, std::uint32_t epoch)
        : unwinder_(unwinder),
          level_(unwinder.rows_.newest()),
          memo_(memo),
          frames_(memo.frames_),
          candidate_(memo.frames_ + (memo.epoch_ == epoch ? memo.candidates_ : 0)),
          inner_(memo.inner_),
          limit_(limit < memo.limit_ ? limit : memo.limit_),
          state_{{start.pc, start.sp, start.bp, false}, StackReader(unwinder.pages_, start.sp), 0} {}

    // False: the stack is not whole, deeper than the limit, or needs all registers.
    bool run();

  private:
    enum class Next : std::uint8_t { kGoOn, kWhole, kGiveUp };

    bool skip_shallower();
    bool at_candidate();
    bool joins();
    static const MemoWord* verify(const MemoWord* outermost, const MemoWord* end);
    const MemoFrame* holds_as_far_as(const MemoWord* end);
    bool hurry();
    Next advance();
    Next step_from(Row row);
    void finish(bool from_outside);
    static void judge_lesson(StackMemo& memo);

    static Frame frame_of(const MemoFrame& memo) {
        return {format::location_pc(memo.key), memo.sp, memo.bp, format::location_exact(memo.key)};
    }
    bool is_at(const MemoFrame& memo) const {
        return memo.is(Unwinder::key_of(state_.frame), state_.frame.sp, state_.frame.bp);
    }

    Unwinder& unwinder_;
    RowTable::Level level_;
    StackMemo& memo_;
    const MemoFrame* const frames_;  // the memo's, outermost first
    const MemoFrame* candidate_;     // the end of those that may still lie ahead
    std::uint64_t* inner_;           // the end of this walk's locations so far
    std::uint64_t hash_ = 0;         // of them
    std::uintptr_t last_sp_ = 0;     // where the last one was
    std::uint32_t limit_;
    WalkState state_;
};

// Drops candidates that lie further in than the walk begins; stacks grow downwards.
DREGS_INLINE bool Follower::skip_shallower() {
    const MemoFrame* const before = candidate_;
    while (candidate_ != frames_ && candidate_[-1].sp < state_.frame.sp) --candidate_;
    return candidate_ != before;
}

// Drops candidates that are not ahead.
DREGS_INLINE bool Follower::at_candidate() {
    const std::uintptr_t sp = state_.frame.sp;
    while (candidate_ != frames_ && candidate_[-1].sp < sp) --candidate_;
    if (candidate_ == frames_ || candidate_[-1].sp != sp) return false;
    if (is_at(candidate_[-1])) return true;
    --candidate_;
    return false;
}

// Compares words in the order of a walk, so that nothing is read that a walk would not read. Returns the end of those
// that have not been found equal.
__attribute__((noinline)) const MemoWord* Follower::verify(const MemoWord* outermost, const MemoWord* end) {
#pragma GCC unroll 4
    for (; end != outermost; --end) {
        if (StackReader::load(end[-1].address) != end[-1].value) break;
    }
    return end;
}

// The frame at hand is the memo's candidate: does everything outwards hold, too? Where it does not, what the memo says
// of the frames before that is not enough to go on with (rbp may be another): the walk goes on from the frame at hand.
DREGS_INLINE bool Follower::joins() {
    const MemoFrame* const joint = candidate_ - 1;
    if (DREGS_UNLIKELY(joint == frames_)) return true;
    const MemoWord* const unequal = verify(memo_.words_, memo_.words_ + joint[-1].words);
    if (DREGS_LIKELY(unequal == memo_.words_)) return true;
    const MemoFrame* const at = holds_as_far_as(unequal);
    if (at == frames_) return true;
    candidate_ = at - 1;
    return false;
}

// Words up to `end` are left to be compared. A frame that was found by a rare step has none but one that never is
// equal: its step is done again. Returns the first frame from which the memo does not hold.
DREGS_COLD const MemoFrame* Follower::holds_as_far_as(const MemoWord* end) {
    const MemoFrame* at = candidate_ - 1;
    for (;;) {
        const auto left = static_cast<std::uint32_t>(end - memo_.words_);
        while (at != frames_ && (at == frames_ + 1 ? 0 : at[-2].words) >= left) --at;
        if (at == frames_) return at;
        if (end[-1].address != reinterpret_cast<std::uintptr_t>(&kNever)) return at;
        WalkState state{frame_of(at[0]), state_.stack, 0};
        const Row row = unwinder_.find(level_, at[0].key).row;
        const bool same = step(row, &state) == Step::kCaller &&
                          at[-1].is(Unwinder::key_of(state.frame), state.frame.sp, state.frame.bp);
        if (!same) return at;
        end = verify(memo_.words_, end - 1);
    }
}

// Plain steps by rows that are known, as far as the next candidate: what every allocation does, so everything that it
// needs is in registers, and anything unusual ends it. False: it did not get anywhere.
DREGS_INLINE bool Follower::hurry() {
    std::uintptr_t pc = state_.frame.pc;
    std::uintptr_t sp = state_.frame.sp;
    std::uintptr_t bp = state_.frame.bp;
    StackReader stack = state_.stack;
    const RowTable::Level level = level_;
    const std::uintptr_t joint = candidate_ != frames_ ? candidate_[-1].sp : ~std::uintptr_t{0};
    std::uint64_t* to = inner_;
    std::uint64_t hash = hash_;
    std::uintptr_t last_sp = last_sp_;
    if (DREGS_UNLIKELY(level.entries == nullptr || state_.frame.exact)) return false;
    for (const std::uint64_t* const end = memo_.inner_ + limit_; sp < joint && to != end; ++to) {
        const RowTable::Hit hit = RowTable::find_in(level, pc);
        const Row row = hit.row;
        if (DREGS_UNLIKELY(row.kind() != RowKind::kFromSp && row.kind() != RowKind::kFromBp)) break;
        const std::uintptr_t base = row.kind() == RowKind::kFromSp ? sp : bp;
        const std::uintptr_t cfa = base + static_cast<std::uintptr_t>(row.cfa());
        const std::uintptr_t saved_bp = cfa + static_cast<std::uintptr_t>(row.bp());
        if (DREGS_UNLIKELY(cfa - sp - 8 > kMaxFrameBytes || !stack.is_known(saved_bp, cfa - 8))) break;
        const std::uintptr_t caller = StackReader::load(cfa - 8);
        if (DREGS_UNLIKELY(!Unwinder::is_pc(caller))) break;
        *to = hit.location;
        hash = StackMemo::mix(hash, hit.location);
        last_sp = sp;
        bp = row.saves_bp() ? StackReader::load(saved_bp) : bp;
        pc = caller;
        sp = cfa;
    }
    if (DREGS_UNLIKELY(to == inner_)) return false;
    inner_ = to;
    hash_ = hash;
    last_sp_ = last_sp;
    state_.frame.pc = pc;
    state_.frame.sp = sp;
    state_.frame.bp = bp;
    state_.stack = stack;
    return true;
}

DREGS_COLD Follower::Next Follower::advance() {
    if (inner_ == memo_.inner_ + limit_) return Next::kGiveUp;
    const RowTable::Hit hit = unwinder_.find(level_, Unwinder::key_of(state_.frame));
    *inner_++ = hit.location;
    hash_ = StackMemo::mix(hash_, hit.location);
    last_sp_ = state_.frame.sp;
    return step_from(hit.row);
}

Follower::Next Follower::step_from(Row row) {
    const Step result = step(row, &state_);
    if (result != Step::kCaller) return result == Step::kEnd ? Next::kWhole : Next::kGiveUp;
    if (DREGS_LIKELY(Unwinder::is_pc(state_.frame.pc))) return Next::kGoOn;
    return state_.frame.pc == 0 ? Next::kWhole : Next::kGiveUp;
}

DREGS_INLINE bool Follower::run() {
    const bool from_outside = skip_shallower();
    for (;;) {
        if (at_candidate()) {
            if (DREGS_LIKELY(joins())) break;
        } else if (DREGS_UNLIKELY(!hurry())) {
            const Next next = advance();
            if (next == Next::kGiveUp) return false;
            if (next == Next::kGoOn) continue;
            candidate_ = frames_;
            break;
        }
    }
    finish(from_outside);
    return memo_.frames() <= limit_;
}

// After frames were learned: walks that do not join them make the memo slower to learn again.
DREGS_COLD void Follower::judge_lesson(StackMemo& memo) {
    const bool useful = memo.joined_ >= memo.learned_;
    memo.patience_ = useful ? 0 : memo.patience_ + (memo.patience_ < kMostPatience ? 1 : 0);
    memo.learned_ = 0;
}

// Calls often differ in their innermost frames only: comparing those, one by one, with frames that they are not costs
// more than it finds, above all in wrong guesses of the processor. So frames further in than where a walk joined are
// left alone by the next; unless it began outside of them, which says nothing of them before it has become a habit.
DREGS_INLINE void Follower::finish(bool from_outside) {
    StackMemo& memo = memo_;
    memo.joined_ = static_cast<std::uint32_t>(candidate_ - frames_);
    memo.inner_count_ = static_cast<std::uint32_t>(inner_ - memo.inner_);
    memo.inner_hash_ = hash_;
    memo.misses_ = memo.joined_ == 0 ? memo.misses_ + 1 : 0;
    memo.outside_ = from_outside ? memo.outside_ + 1 : 0;
    if (DREGS_UNLIKELY((from_outside && memo.outside_ < kHabit) || memo.joined_ == 0)) return;
    memo.candidates_ = memo.joined_;
    if (DREGS_UNLIKELY(memo.learned_ != 0)) judge_lesson(memo);
    if (memo.inner_count_ == 0) return;
    const std::uint64_t within = inner_[-1];
    const bool same = (within == memo.within_) & (last_sp_ == memo.within_sp_);
    memo.streak_ = same ? memo.streak_ + 1 : 0;
    memo.within_ = within;
    memo.within_sp_ = last_sp_;
}

// ---------------------------------------------------------------------------------------------------------------------
// Filling the memo

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
    std::uint32_t count = index != 0 ? memo_.frames_[index - 1].words : 0;
    if (read.is_others()) {
        memo_.words_[count++] = {reinterpret_cast<std::uintptr_t>(&kNever), ~kNever};
    } else {
        memo_.words_[count++] = {frame.sp - 8, frame.key};
        if (frame.needs_bp && read.address != frame.sp - 8) memo_.words_[count++] = {read.address, read.value};
    }
    frame.words = count;
}

// ---------------------------------------------------------------------------------------------------------------------

DREGS_COLD void Unwinder::learn(const Registers& start, StackMemo& memo, std::uint32_t epoch) {
    Learner(*this, memo, start).run(epoch);
}

DREGS_HOT bool Unwinder::follow(const Registers& start, StackMemo& memo, std::uint32_t limit) {
    constexpr std::uint32_t kMostFailures = 7;
    if (DREGS_UNLIKELY(memo.limit_ == 0 || !is_pc(start.pc))) return false;
    if (DREGS_UNLIKELY(memo.pause_ != 0)) {
        --memo.pause_;
        return false;
    }
    const std::uint32_t epoch = epoch_.load(std::memory_order_acquire);
    Follower follower(*this, memo, start, limit, epoch);
    if (DREGS_LIKELY(follower.run())) {
        memo.failures_ = 0;
        if (DREGS_UNLIKELY(memo.streak_ >= kStreak << memo.patience_ || memo.misses_ >= kMisses))
            learn(start, memo, epoch);
        return true;
    }
    if (memo.failures_ < kMostFailures) ++memo.failures_;
    memo.pause_ = (1u << memo.failures_) - 1;
    return false;
}

}  // namespace dregs
