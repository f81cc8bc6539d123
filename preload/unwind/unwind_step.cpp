// Steps that are not a plain frame on the same stack: realigned stacks, changes of stacks, signals. See unwind_step.h.
#include "preload/unwind/unwind_step.h"

#include "preload/unwind/signal_frame.h"

namespace dregs {
namespace {

std::uintptr_t displaced(std::uintptr_t base, std::int64_t offset) {
    return base + static_cast<std::uintptr_t>(offset);
}

Step step_over_signal(WalkState* state) {
    Frame* const frame = &state->frame;
    StackReader& stack = state->stack;
    const std::uintptr_t sp = frame->sp;
    if (!stack.holds(displaced(sp, kSavedBp)) || !stack.holds(displaced(sp, kSavedPc))) return Step::kNoUnwind;
    frame->pc = StackReader::load(displaced(sp, kSavedPc));
    frame->bp = StackReader::load(displaced(sp, kSavedBp));
    frame->sp = StackReader::load(displaced(sp, kSavedSp));
    frame->exact = true;
    state->read = ReadWord::others();
    return Step::kCaller;
}

// With the CFA at hand and rbp saved at `saved_bp` (where the return address is: not saved): both may lie on another
// stack.
Step step_to(std::uintptr_t cfa, std::uintptr_t saved_bp, WalkState* state) {
    Frame* const frame = &state->frame;
    StackReader& stack = state->stack;
    constexpr unsigned kMaxJumps = 16;  // more are no program's but a circle in a broken stack
    if (cfa - frame->sp - 8 > kMaxFrameBytes && ++state->jumps > kMaxJumps) return Step::kNoUnwind;
    if (!stack.holds(saved_bp) || !stack.holds(cfa - 8)) return Step::kNoUnwind;
    frame->pc = StackReader::load(cfa - 8);
    state->read = {saved_bp, StackReader::load(saved_bp)};
    if (saved_bp != cfa - 8) frame->bp = state->read.value;
    frame->sp = cfa;
    frame->exact = false;
    return Step::kCaller;
}

}  // namespace

Step step_rare(Row row, WalkState* state) {
    Frame* const frame = &state->frame;
    StackReader& stack = state->stack;
    switch (row.kind()) {
        case RowKind::kFromSp:
        case RowKind::kFromBp: {
            const std::uintptr_t base = row.kind() == RowKind::kFromSp ? frame->sp : frame->bp;
            const std::uintptr_t cfa = displaced(base, row.cfa());
            return step_to(cfa, displaced(cfa, row.bp()), state);
        }
        case RowKind::kFromBpWord: {
            const std::uintptr_t word = displaced(frame->bp, row.cfa());
            if (!stack.holds(word)) return Step::kNoUnwind;
            const Step result = step_to(StackReader::load(word), displaced(frame->bp, row.bp()), state);
            state->read = ReadWord::others();
            return result;
        }
        case RowKind::kSignal:
            return step_over_signal(state);
        case RowKind::kEnd:
            return Step::kEnd;
        case RowKind::kComplex:
            return Step::kComplex;
        default:
            return Step::kNoUnwind;
    }
}

}  // namespace dregs
