// A walk that joins the thread's last one as soon as it can. See stack_memo.h for why that is right.
//
//   Unwinder::follow ─▶ Follower::run ─▶ join: is the frame at hand one of the memo's? ─▶ verify outwards, word by word
//                                    └▶ advance: a step by rows, noted in the memo's fresh half
#include "preload/system/attributes.h"
#include "preload/unwind/stack_memo.h"
#include "preload/unwind/unwind.h"

namespace dregs {

// Its members live in registers: nothing that is not inlined may be given its address.
class Follower {
  public:
    Follower(Unwinder& unwinder, StackMemo& memo, const Registers& start, std::uint32_t limit, std::uint32_t epoch)
        : unwinder_(unwinder),
          level_(unwinder.rows_.newest()),
          memo_(memo),
          frames_(memo.frames_),
          new_(memo.fresh()),
          state_{{start.pc, start.sp, start.bp, false}, StackReader(unwinder.pages_, start.sp), 0},
          limit_(limit < memo.limit_ ? limit : memo.limit_),
          epoch_(epoch),
          candidates_(memo.epoch_ == epoch ? memo.count_ : 0) {}

    // False: the stack is not whole, deeper than the limit, or needs all registers. The memo is as it was then.
    DREGS_INLINE bool run();

  private:
    enum class Next : std::uint8_t { kGoOn, kDone, kGiveUp };

    bool at_candidate();
    std::uint32_t verify(std::uint32_t from);
    static std::uint32_t verify_words(const MemoFrame* frames, std::uint32_t from);
    bool push(const MemoFrame& frame);
    Next join();
    Next advance();
    Next step_from(Row row);
    static bool stepped_equal(Unwinder& unwinder, StackReader stack, const MemoFrame& inner, const MemoFrame& outer);

    static bool equal(const MemoFrame& memo, const Frame& frame) {
        return memo.sp == frame.sp && memo.bp == frame.bp && RowTable::key_of(memo.location) == Unwinder::key_of(frame);
    }
    static Frame frame_of(const MemoFrame& memo) {
        return {format::location_pc(memo.location), memo.sp, memo.bp, format::location_exact(memo.location)};
    }

    Unwinder& unwinder_;
    RowTable::Level level_;
    StackMemo& memo_;
    const MemoFrame* frames_;  // the memo's, outermost first
    MemoFrame* new_;           // those of this walk that are not among them, innermost first
    WalkState state_;
    std::uint64_t bp_slot_ = MemoFrame::kStepped;  // of the frame at hand; nobody steps to the innermost
    std::uint32_t limit_;
    std::uint32_t epoch_;
    std::uint32_t candidates_;  // the memo's outermost frames that may still lie ahead
    std::uint32_t fresh_ = 0;
};

// Drops candidates that lie further in than the frame at hand; stacks grow downwards.
DREGS_INLINE bool Follower::at_candidate() {
    while (candidates_ > 0 && frames_[candidates_ - 1].sp < state_.frame.sp) --candidates_;
    return candidates_ > 0 && equal(frames_[candidates_ - 1], state_.frame);
}

// Compares what plain steps outwards from frame `from` read. Returns the first frame from which they do not, or are not
// plain.
__attribute__((noinline)) std::uint32_t Follower::verify_words(const MemoFrame* frames, std::uint32_t from) {
    for (; from > 0; --from) {
        const MemoFrame& outer = frames[from - 1];
        if (outer.bp_slot == MemoFrame::kStepped) break;
        if (StackReader::load(outer.sp - 8) != format::location_pc(outer.location)) break;
        if (outer.bp_slot != MemoFrame::kBpKept && StackReader::load(outer.bp_slot) != outer.bp) break;
    }
    return from;
}

// Frame `from` of the memo is the frame at hand. Returns the outermost one of which that is still so. Reads in the
// order of a walk, so nothing is read that a walk would not read.
DREGS_INLINE std::uint32_t Follower::verify(std::uint32_t from) {
    while ((from = verify_words(frames_, from)) > 0) {
        const MemoFrame& outer = frames_[from - 1];
        if (outer.bp_slot != MemoFrame::kStepped) break;
        if (!stepped_equal(unwinder_, state_.stack, frames_[from], outer)) break;
        --from;
    }
    return from;
}

DREGS_COLD bool Follower::stepped_equal(Unwinder& unwinder, StackReader stack, const MemoFrame& inner,
                                        const MemoFrame& outer) {
    WalkState state{frame_of(inner), stack, 0};
    const Row row = unwinder.find(unwinder.rows_.newest(), Unwinder::key_of(state.frame)).row;
    return step(row, &state) == Step::kCaller && equal(outer, state.frame);
}

DREGS_INLINE bool Follower::push(const MemoFrame& frame) {
    if (DREGS_UNLIKELY(fresh_ == limit_)) return false;
    new_[fresh_++] = frame;
    return true;
}

// The frame at hand is the memo's candidate: takes over what holds, and goes on behind it.
DREGS_INLINE Follower::Next Follower::join() {
    const std::uint32_t last = verify(candidates_ - 1);
    if (DREGS_LIKELY(last == 0)) return Next::kDone;
    for (; candidates_ > last; --candidates_) {
        MemoFrame frame = frames_[candidates_ - 1];
        frame.stack = 0;
        if (!push(frame)) return Next::kGiveUp;
    }
    state_.frame = frame_of(frames_[last]);
    return step_from(unwinder_.find(level_, Unwinder::key_of(state_.frame)).row);
}

DREGS_INLINE Follower::Next Follower::advance() {
    const Frame& frame = state_.frame;
    const RowTable::Hit hit = unwinder_.find(level_, Unwinder::key_of(frame));
    if (DREGS_UNLIKELY(!push({hit.location, frame.sp, frame.bp, bp_slot_, 0, 0}))) return Next::kGiveUp;
    return step_from(hit.row);
}

DREGS_INLINE Follower::Next Follower::step_from(Row row) {
    const Step result = step(row, &state_);
    if (DREGS_UNLIKELY(result != Step::kCaller)) {
        candidates_ = 0;
        return result == Step::kEnd ? Next::kDone : Next::kGiveUp;
    }
    const Frame& frame = state_.frame;
    bp_slot_ = row.saves_bp() ? frame.sp + static_cast<std::uint64_t>(row.bp()) : MemoFrame::kBpKept;
    if (DREGS_UNLIKELY(row.kind() > RowKind::kFromBp)) bp_slot_ = MemoFrame::kStepped;
    if (DREGS_LIKELY(Unwinder::is_pc(frame.pc))) return Next::kGoOn;
    if (frame.pc != 0) return Next::kGiveUp;
    // The word that says "no caller" must be compared like the others. It is no frame: the limit has room for it.
    new_[fresh_++] = {0, frame.sp, frame.bp, bp_slot_, format::kStackWhole, 0};
    candidates_ = 0;
    return Next::kDone;
}

DREGS_INLINE bool Follower::run() {
    Next next = Next::kGoOn;
    while (next == Next::kGoOn) next = at_candidate() ? join() : advance();
    const bool sentinel = candidates_ > 0 ? memo_.has_sentinel() : fresh_ > 0 && new_[fresh_ - 1].location == 0;
    if (next == Next::kGiveUp || fresh_ + candidates_ - (sentinel ? 1 : 0) > limit_) return false;
    memo_.replace(candidates_, fresh_, epoch_);
    return true;
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
        return true;
    }
    if (memo.failures_ < kMostFailures) ++memo.failures_;
    memo.pause_ = (1u << memo.failures_) - 1;
    return false;
}

}  // namespace dregs
