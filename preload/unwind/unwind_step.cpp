// Steps that are not a plain frame on the same stack: realigned stacks, changes of stacks, signals. See unwind_step.h.
#include "preload/unwind/unwind_step.h"

#include "preload/unwind/signal_frame.h"

namespace dregs {
namespace {

std::uintptr_t displaced(std::uintptr_t base, std::int64_t offset) {
    return base + static_cast<std::uintptr_t>(offset);
}

// After a change of stacks. False: the walk goes round in a circle, in a broken stack.
bool jump(WalkState* state) {
    const Frame& frame = state->frame;
    state->stack.leave();
    ++state->jumps;
    if (frame.pc == state->landmark_pc && frame.sp == state->landmark_sp) return false;
    if ((state->jumps & (state->jumps - 1)) != 0) return true;
    state->landmark_pc = frame.pc;
    state->landmark_sp = frame.sp;
    return true;
}

Step step_over_signal(WalkState* state) {
    Frame* const frame = &state->frame;
    StackReader& stack = state->stack;
    const std::uintptr_t sp = frame->sp;
    if (!stack.holds(sp) || !stack.holds(displaced(sp, kSavedPc))) return Step::kNoUnwind;
    if (handler_is_over(sp, stack.pages())) return Step::kEnd;
    const std::uintptr_t interrupted_sp = StackReader::load(displaced(sp, kSavedSp));
    frame->pc = StackReader::load(displaced(sp, kSavedPc));
    frame->bp = StackReader::load(displaced(sp, kSavedBp));
    frame->sp = interrupted_sp;
    frame->exact = true;
    state->read = ReadWord::others();
    const bool same_stack = interrupted_sp > sp && stack.knows((interrupted_sp - 8) & ~std::uintptr_t{7});
    return same_stack || jump(state) ? Step::kCaller : Step::kNoUnwind;
}

// With the CFA at hand and rbp saved at `saved_bp` (where the return address is: not saved): both may lie on another
// stack.
Step step_to(std::uintptr_t cfa, std::uintptr_t saved_bp, WalkState* state) {
    Frame* const frame = &state->frame;
    StackReader& stack = state->stack;
    const bool jumps = cfa - frame->sp - 8 > kMaxFrameBytes;
    if (!stack.holds(saved_bp) || !stack.holds(cfa - 8)) return Step::kNoUnwind;
    frame->pc = StackReader::load(cfa - 8);
    state->read = {saved_bp, StackReader::load(saved_bp)};
    if (saved_bp != cfa - 8) frame->bp = state->read.value;
    frame->sp = cfa;
    frame->exact = false;
    return !jumps || jump(state) ? Step::kCaller : Step::kNoUnwind;
}

}  // namespace

Step leave_registers(const RegisterFile& registers, bool exact, WalkState* state) {
    const std::uintptr_t callee_sp = state->frame.sp;
    const std::uintptr_t sp = registers.value[kRsp];
    state->frame = {registers.value[kReturnAddress], sp, registers.value[kRbp], exact};
    state->read = ReadWord::others();
    const bool same_stack = sp - callee_sp - 8 <= kMaxFrameBytes;
    return same_stack || jump(state) ? Step::kCaller : Step::kNoUnwind;
}

Step step_rare(Row row, WalkState* state) {
    Frame* const frame = &state->frame;
    StackReader& stack = state->stack;
    switch (row.kind()) {
        case RowKind::kFromSp:
        case RowKind::kFromBp:
        case RowKind::kFromBpFar: {
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
        case RowKind::kPlanted:
            return Step::kPlanted;
        case RowKind::kNoCode:
            return Step::kNoCode;
        case RowKind::kDoubtful:
            return Step::kDoubtful;
        default:
            return Step::kNoUnwind;
    }
}

}  // namespace dregs
