// A walk that joins the thread's last ones as soon as it can. See stack_memo.h for why that is right.
//
//   Unwinder::follow ─▶ Sprint: plain steps, to the frame where the last walk joined ─▶ verify outwards, word by word
//        ├▶ Follower, when anything is not as usual: from there on, frame by frame, with steps of any kind
//        └▶ learn (unwind_learn.cpp), now and then: the same stack once more, noted in the memo
#include "preload/system/attributes.h"
#include "preload/unwind/stack_memo.h"
#include "preload/unwind/unwind.h"

namespace dregs {
namespace {

// So many walks in a row make the memo follow them.
constexpr std::uint32_t kHabit = 6;   // that began outside of its innermost frames
constexpr std::uint32_t kStreak = 4;  // that might have joined a frame further in
constexpr std::uint32_t kMisses = 2;  // that did not join at all
// Lessons in vain double the streak that is needed, up to so many times.
constexpr std::uint32_t kMostPatience = 6;

}  // namespace

// Plain steps by rows that are known: what every allocation does. Everything that it needs is in registers, so nothing
// that is not inlined may be given its address, and anything unusual ends it.
struct Sprint {
    std::uintptr_t pc;
    std::uintptr_t sp;
    std::uintptr_t bp;
    ReadableWords stack;
    std::uint64_t* inner;    // the end of the walk's locations so far
    std::uint64_t hash;      // of them
    std::uintptr_t last_sp;  // where the last one was

    // As far as `joint`; nothing before it is worth comparing.
    void run(const RowTable::Level& level, std::uintptr_t joint, const std::uint64_t* end);
};

DREGS_INLINE void Sprint::run(const RowTable::Level& level, std::uintptr_t joint, const std::uint64_t* end) {
    while (sp < joint && inner != end) {
        const RowTable::Hit hit = RowTable::find_in(level, pc);
        const Row row = hit.row;
        if (DREGS_UNLIKELY(row.kind() != RowKind::kFromSp && row.kind() != RowKind::kFromBp)) return;
        const std::uintptr_t base = row.kind() == RowKind::kFromSp ? sp : bp;
        const std::uintptr_t cfa = base + static_cast<std::uintptr_t>(row.cfa());
        if (DREGS_UNLIKELY(cfa - sp - 8 > kMaxFrameBytes || !stack.holds(cfa - 8))) return;
        const std::uintptr_t saved_bp = cfa + static_cast<std::uintptr_t>(row.bp());
        const std::uintptr_t caller = StackReader::load(cfa - 8);
        if (DREGS_UNLIKELY(!Unwinder::is_pc(caller))) return;
        *inner++ = hit.location;
        hash = StackMemo::mix(hash, hit.location);
        last_sp = sp;
        bp = row.saves_bp() ? StackReader::load(saved_bp) : bp;
        pc = caller;
        sp = cfa;
    }
}

namespace {

// Compares words in the order of a walk, so that nothing is read that a walk would not read. Returns the end of those
// that have not been found equal.
__attribute__((noinline)) const MemoWord* verify(const MemoWord* outermost, const MemoWord* end) {
#pragma GCC unroll 4
    for (; end != outermost; --end) {
        if (StackReader::load(end[-1].address) != end[-1].value) break;
    }
    return end;
}

}  // namespace

// A walk that is not as usual, from where it ceased to be. Its parts exchange state through members, field by field:
// what is written by one store is read by one load.
class Follower {
  public:
    // `candidate`: the end of the memo's frames that may lie ahead.
    Follower(Unwinder& unwinder, StackMemo& memo, const Sprint& sprint, const MemoFrame* candidate, std::uint32_t limit)
        : unwinder_(unwinder),
          level_(unwinder.rows_.newest()),
          memo_(memo),
          frames_(memo.frames_),
          candidate_(candidate),
          inner_(sprint.inner),
          hash_(sprint.hash),
          last_sp_(sprint.last_sp),
          limit_(limit),
          pages_(memo.own_stack_.known()),
          state_{{sprint.pc, sprint.sp, sprint.bp, false}, StackReader(sprint.stack, pages_)} {}

    // False: the stack is deeper than the limit, or needs all registers.
    bool run(bool from_outside);
    // What the next walk will go by.
    static void finish(StackMemo& memo, const MemoFrame* joined_end, const std::uint64_t* inner_end, std::uint64_t hash,
                       std::uintptr_t last_sp, bool from_outside);

  private:
    enum class Next : std::uint8_t { kGoOn, kEnd, kGiveUp };

    bool at_candidate();
    bool joins();
    const MemoFrame* holds_as_far_as(const MemoWord* end);
    const MemoWord* compare(const MemoWord* end);
    bool hurry();
    Next advance();
    Next next_after(Step result);
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
    std::uint64_t hash_;             // of them
    std::uintptr_t last_sp_;         // where the last one was
    std::uint32_t limit_;
    format::StackRoot root_ = format::kStackWhole;
    ReadablePages pages_;
    WalkState state_;
};

// Drops candidates that are not ahead.
bool Follower::at_candidate() {
    const std::uintptr_t sp = state_.frame.sp;
    while (candidate_ != frames_ && candidate_[-1].sp < sp) --candidate_;
    if (candidate_ == frames_ || candidate_[-1].sp != sp || candidate_[-1].is_end) return false;
    if (is_at(candidate_[-1])) return true;
    --candidate_;
    return false;
}

// The frame at hand is the memo's candidate: does everything outwards hold, too? Where it does not, what the memo says
// of the frames before that is not enough to go on with (rbp may be another): the walk goes on from the frame at hand.
bool Follower::joins() {
    const MemoWord* const unequal = compare(memo_.words_ + memo_.words_outside(candidate_ - 1));
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
        while (at != frames_ && memo_.words_outside(at - 1) >= left) --at;
        if (at == frames_) return at;
        if (end[-1].address != reinterpret_cast<std::uintptr_t>(&StackMemo::kNever)) return at;
        WalkState state{frame_of(at[0]), state_.stack};
        const Row row = unwinder_.find(level_, at[0].key, pages_).row;
        const bool same = step(row, &state) == Step::kCaller &&
                          at[-1].is(Unwinder::key_of(state.frame), state.frame.sp, state.frame.bp);
        if (!same) return at;
        end = compare(end - 1);
    }
}

// As verify(); words of another stack than the thread's own are asked about: the walk has read such as it did not know.
const MemoWord* Follower::compare(const MemoWord* end) {
    if (DREGS_LIKELY(memo_.of_own_stack_)) return verify(memo_.words_, end);
    while (end != memo_.words_ && state_.stack.holds(end[-1].address) &&
           StackReader::load(end[-1].address) == end[-1].value)
        --end;
    return end;
}

// False: it did not get anywhere.
bool Follower::hurry() {
    if (level_.entries == nullptr || state_.frame.exact) return false;
    const ReadableWords known = state_.stack.known();
    Sprint sprint{state_.frame.pc, state_.frame.sp, state_.frame.bp, known, inner_, hash_, last_sp_};
    sprint.run(level_, candidate_ != frames_ ? candidate_[-1].sp : ~std::uintptr_t{0}, memo_.inner_ + limit_);
    if (sprint.inner == inner_) return false;
    inner_ = sprint.inner;
    hash_ = sprint.hash;
    last_sp_ = sprint.last_sp;
    state_.frame.pc = sprint.pc;
    state_.frame.sp = sprint.sp;
    state_.frame.bp = sprint.bp;
    return true;
}

DREGS_COLD Follower::Next Follower::advance() {
    if (inner_ == memo_.inner_ + limit_) return Next::kGiveUp;
    const RowTable::Hit hit = unwinder_.find(level_, Unwinder::key_of(state_.frame), pages_);
    const std::uintptr_t sp = state_.frame.sp;
    const unsigned jumps = state_.jumps;
    const bool innermost = inner_ == memo_.inner_;
    const Step result = Unwinder::step_caller(hit.row, innermost ? 0 : inner_[-1], &state_);
    if (result == Step::kNoCode) root_ = format::kStackNoUnwind;
    if (result == Step::kPlanted || result == Step::kNoCode) return innermost ? Next::kGiveUp : Next::kEnd;
    *inner_++ = hit.location;
    hash_ = StackMemo::mix(hash_, hit.location);
    last_sp_ = sp;
    // The memo is of one stack: what it holds of others proves nothing here.
    if (state_.jumps != jumps) candidate_ = frames_;
    return next_after(result);
}

Follower::Next Follower::next_after(Step result) {
    if (result == Step::kComplex) return Next::kGiveUp;
    if (result == Step::kNoUnwind) root_ = format::kStackNoUnwind;
    return result == Step::kCaller && Unwinder::is_pc(state_.frame.pc) ? Next::kGoOn : Next::kEnd;
}

bool Follower::run(bool from_outside) {
    for (;;) {
        if (at_candidate()) {
            if (joins()) break;
        } else if (!hurry()) {
            const Next next = advance();
            if (next == Next::kGiveUp) return false;
            if (next == Next::kGoOn) continue;
            candidate_ = frames_;
            memo_.walk_root_ = root_;
            break;
        }
    }
    finish(memo_, candidate_, inner_, hash_, last_sp_, from_outside);
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
DREGS_INLINE void Follower::finish(StackMemo& memo, const MemoFrame* joined_end, const std::uint64_t* inner_end,
                                   std::uint64_t hash, std::uintptr_t last_sp, bool from_outside) {
    memo.joined_ = static_cast<std::uint32_t>(joined_end - memo.frames_);
    memo.inner_count_ = static_cast<std::uint32_t>(inner_end - memo.inner_);
    memo.inner_hash_ = hash;
    memo.misses_ = memo.joined_ == 0 ? memo.misses_ + 1 : 0;
    memo.outside_ = from_outside ? memo.outside_ + 1 : 0;
    if (DREGS_UNLIKELY((from_outside && memo.outside_ < kHabit) || memo.joined_ == 0)) return;
    memo.candidates_ = memo.joined_;
    if (DREGS_UNLIKELY(memo.learned_ != 0)) judge_lesson(memo);
    if (memo.inner_count_ == 0) return;
    const std::uint64_t within = inner_end[-1];
    const bool same = (within == memo.within_) & (last_sp == memo.within_sp_);
    memo.streak_ = same ? memo.streak_ + 1 : 0;
    memo.within_ = within;
    memo.within_sp_ = last_sp;
}

// ---------------------------------------------------------------------------------------------------------------------

// The usual case: the walk comes to the frame where the last one joined the memo, and all that it read from there
// holds.
DREGS_INLINE bool Unwinder::joins_as_usual(const Sprint& sprint, const StackMemo& memo, const MemoFrame* candidate) {
    const MemoFrame* const joint = candidate - 1;
    if (DREGS_UNLIKELY(!joint->is(sprint.pc, sprint.sp, sprint.bp))) return false;
    return verify(memo.words_, memo.words_ + memo.words_outside(joint)) == memo.words_;
}

DREGS_HOT bool Unwinder::follow(const Registers& start, StackMemo& memo, std::uint32_t limit) {
    if (DREGS_UNLIKELY(memo.limit_ == 0 || !is_pc(start.pc))) return false;
    if (DREGS_UNLIKELY(memo.pause_ != 0)) {
        --memo.pause_;
        return false;
    }
    if (limit > memo.limit_) limit = memo.limit_;
    const std::uint32_t epoch = epoch_.load(std::memory_order_acquire);
    const RowTable::Level level = rows_.newest();
    const MemoFrame* candidate = memo.frames_ + (memo.epoch_ == epoch ? memo.candidates_ : 0);
    Sprint sprint{start.pc, start.sp, start.bp, memo.own_stack_.readable_from(start.sp), memo.inner_, 0, 0};
    if (DREGS_LIKELY(candidate != memo.frames_ && level.entries != nullptr)) {
        sprint.run(level, candidate[-1].sp, memo.inner_ + limit);
        if (DREGS_LIKELY(joins_as_usual(sprint, memo, candidate))) {
            Follower::finish(memo, candidate, sprint.inner, sprint.hash, sprint.last_sp, false);
            return take_stock(start, memo, memo.frames() <= limit, epoch);
        }
    }
    return take_stock(start, memo, follow_unusual(start, memo, sprint, candidate, limit), epoch);
}

DREGS_COLD bool Unwinder::follow_unusual(const Registers& start, StackMemo& memo, const Sprint& sprint,
                                         const MemoFrame* candidate, std::uint32_t limit) {
    const MemoFrame* const before = candidate;
    while (candidate != memo.frames_ && candidate[-1].sp < start.sp) --candidate;
    Follower follower(*this, memo, sprint, candidate, limit);
    return follower.run(candidate != before);
}

// After a walk that was `followed` to its end or not: learns its frames, or makes the next ones wait.
DREGS_INLINE bool Unwinder::take_stock(const Registers& start, StackMemo& memo, bool followed, std::uint32_t epoch) {
    constexpr std::uint32_t kMostFailures = 7;
    if (DREGS_LIKELY(followed)) {
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
