// A walk that joins the thread's last one as soon as it can. See stack_memo.h for why that is right.
//
//   Unwinder::follow ─▶ Follower::run ─▶ join: is the frame at hand one of the memo's? ─▶ verify outwards, word by word
//                                    └▶ advance: a step by rows, noted in the memo's fresh half
#include "attributes.h"
#include "stack_memo.h"
#include "unwind.h"

namespace dregs {

class Follower {
  public:
    Follower(Unwinder& unwinder, StackMemo& memo, const Registers& start, std::uint32_t limit, std::uint32_t epoch)
        : unwinder_(unwinder),
          level_(unwinder.rows_.newest()),
          stack_(unwinder.pages_, start.sp),
          memo_(memo),
          frame_{start.pc, start.sp, start.bp, false},
          limit_(limit < memo.limit_ ? limit : memo.limit_),
          epoch_(epoch),
          candidates_(memo.epoch_ == epoch ? memo.count_ : 0) {}

    // False: the stack is not whole, deeper than the limit, or needs all registers. The memo is as it was then.
    bool run();

  private:
    enum class Next : std::uint8_t { kGoOn, kDone, kGiveUp };

    bool at_candidate();
    std::uint32_t verify(std::uint32_t from);
    bool stepped_equal(const MemoFrame& inner, const MemoFrame& outer);
    bool push(const MemoFrame& frame);
    Next join();
    Next advance();
    Next step_from(Row row);

    static std::uint64_t key_of(const Frame& frame) { return format::make_location(frame.pc, 0, frame.exact); }
    static Frame frame_of(const MemoFrame& memo) {
        return {format::location_pc(memo.location), memo.sp, memo.bp, format::location_exact(memo.location)};
    }
    static bool equal(const MemoFrame& memo, const Frame& frame) {
        return memo.sp == frame.sp && memo.bp == frame.bp && RowTable::key_of(memo.location) == key_of(frame);
    }

    Unwinder& unwinder_;
    RowTable::Level level_;
    StackReader stack_;
    StackMemo& memo_;
    Frame frame_;
    std::uint64_t bp_slot_ = MemoFrame::kStepped;  // of frame_; nobody steps to the innermost
    std::uint32_t limit_;
    std::uint32_t epoch_;
    std::uint32_t candidates_;  // the memo's outermost frames that may still lie ahead
    std::uint32_t fresh_ = 0;
    unsigned jumps_ = 0;
};

// Drops candidates that lie further in than the frame at hand; stacks grow downwards.
inline bool Follower::at_candidate() {
    const MemoFrame* frames = memo_.frames_;
    while (candidates_ > 0 && frames[candidates_ - 1].sp < frame_.sp) --candidates_;
    return candidates_ > 0 && equal(frames[candidates_ - 1], frame_);
}

// Frame `from` of the memo is the frame at hand. Returns the outermost one of which that is still so. Reads in the
// order of a walk, so nothing is read that a walk would not read.
inline std::uint32_t Follower::verify(std::uint32_t from) {
    const MemoFrame* frames = memo_.frames_;
    for (; from > 0; --from) {
        const MemoFrame& outer = frames[from - 1];
        if (DREGS_UNLIKELY(outer.bp_slot == MemoFrame::kStepped)) {
            if (!stepped_equal(frames[from], outer)) return from;
            continue;
        }
        if (DREGS_UNLIKELY(StackReader::load(outer.sp - 8) != format::location_pc(outer.location))) return from;
        if (outer.bp_slot != MemoFrame::kBpKept && DREGS_UNLIKELY(StackReader::load(outer.bp_slot) != outer.bp))
            return from;
    }
    return 0;
}

bool Follower::stepped_equal(const MemoFrame& inner, const MemoFrame& outer) {
    Frame frame = frame_of(inner);
    const Row row = unwinder_.find(level_, frame).row;
    return step(row, stack_, &frame, &jumps_) == Step::kCaller && equal(outer, frame);
}

inline bool Follower::push(const MemoFrame& frame) {
    if (DREGS_UNLIKELY(fresh_ == limit_)) return false;
    memo_.fresh()[fresh_] = frame;
    memo_.fresh()[fresh_++].stack = 0;
    return true;
}

// The frame at hand is the memo's candidate: takes over what holds, and goes on behind it.
inline Follower::Next Follower::join() {
    const std::uint32_t last = verify(candidates_ - 1);
    if (DREGS_LIKELY(last == 0)) return Next::kDone;
    for (; candidates_ > last; --candidates_) {
        if (!push(memo_.frames_[candidates_ - 1])) return Next::kGiveUp;
    }
    frame_ = frame_of(memo_.frames_[last]);
    return step_from(unwinder_.find(level_, frame_).row);
}

inline Follower::Next Follower::advance() {
    const RowTable::Hit hit = unwinder_.find(level_, frame_);
    if (DREGS_UNLIKELY(!push({hit.location, frame_.sp, frame_.bp, bp_slot_, 0, 0}))) return Next::kGiveUp;
    return step_from(hit.row);
}

inline Follower::Next Follower::step_from(Row row) {
    const Step result = step(row, stack_, &frame_, &jumps_);
    if (DREGS_UNLIKELY(result != Step::kCaller)) {
        candidates_ = 0;
        return result == Step::kEnd ? Next::kDone : Next::kGiveUp;
    }
    const bool plain = row.kind() <= RowKind::kFromBp;
    const std::uint64_t slot = row.saves_bp() ? frame_.sp + static_cast<std::uint64_t>(row.bp()) : MemoFrame::kBpKept;
    bp_slot_ = plain ? slot : MemoFrame::kStepped;
    if (DREGS_LIKELY(Unwinder::is_pc(frame_.pc))) return Next::kGoOn;
    if (frame_.pc != 0) return Next::kGiveUp;
    // The word that says "no caller" must be compared like the others. It is no frame: the limit has room for it.
    memo_.fresh()[fresh_++] = {0, frame_.sp, frame_.bp, bp_slot_, format::kStackWhole, 0};
    candidates_ = 0;
    return Next::kDone;
}

DREGS_HOT inline bool Follower::run() {
    Next next = Next::kGoOn;
    while (next == Next::kGoOn) next = at_candidate() ? join() : advance();
    const std::uint32_t sentinel = memo_.has_sentinel() && candidates_ > 0 ? 1 : 0;
    if (next == Next::kGiveUp || fresh_ + candidates_ > limit_ + 1 || fresh_ + candidates_ - sentinel > limit_)
        return false;
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
