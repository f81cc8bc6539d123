// The fast step: from a frame to its caller by a packed row.
//
// Owns: the meaning of a row. A step is a pure function of (pc and exact, sp, bp) and of the words that it reads, which
// is what a memo of an earlier walk may rely on. Called by unwind.cpp only.
#pragma once

#include <cstdint>

#include "preload/system/attributes.h"
#include "preload/unwind/register_walk.h"
#include "preload/unwind/stack_reader.h"
#include "preload/unwind/unwind_row.h"

namespace dregs {

struct Frame {
    std::uintptr_t pc;
    std::uintptr_t sp;
    std::uintptr_t bp;
    bool exact;
};

// Frames are not larger; a larger or a backward distance is a change of stacks, or nonsense.
inline constexpr std::uintptr_t kMaxFrameBytes = std::uintptr_t{64} << 20;

// A word that a step read besides the return address, and what it held: the saved rbp, or the return address once more
// where rbp is the callee's. A step of a rare kind read others.
struct ReadWord {
    std::uintptr_t address;  // 0: others
    std::uint64_t value;

    static constexpr ReadWord others() { return {0, 0}; }
    bool is_others() const { return address == 0; }
};

// What a walk carries from frame to frame.
struct WalkState {
    Frame frame;
    StackReader stack;
    unsigned jumps = 0;                  // changes of stacks so far
    ReadWord read = ReadWord::others();  // by the step that led to the frame
    // The frame behind the last jump whose number is a power of two: coming to it again is a circle.
    std::uintptr_t landmark_pc = 0;
    std::uintptr_t landmark_sp = 0;
};

// The caller's frame was found with all registers (register_walk.h): the state goes on from it.
DREGS_COLD Step leave_registers(const RegisterFile& registers, bool exact, WalkState* state);

// Leaves the frame alone unless it returns kCaller.
DREGS_COLD Step step_rare(Row row, WalkState* state);

// Works on a copy, so that a state whose address nobody else takes stays in registers.
inline Step step_rarely(Row row, WalkState* state) {
    WalkState copy = *state;
    const Step result = step_rare(row, &copy);
    *state = copy;
    return result;
}

DREGS_INLINE Step step(Row row, WalkState* state) {
    Frame* const frame = &state->frame;
    if (DREGS_UNLIKELY(row.kind() > RowKind::kFromBp)) return step_rarely(row, state);
    const std::uintptr_t base = row.kind() == RowKind::kFromSp ? frame->sp : frame->bp;
    const std::uintptr_t cfa = base + static_cast<std::uintptr_t>(row.cfa());
    if (DREGS_UNLIKELY(cfa - frame->sp - 8 > kMaxFrameBytes)) return step_rarely(row, state);
    // The saved rbp lies between the stack pointer and the return address.
    if (DREGS_UNLIKELY(!state->stack.knows(cfa - 8))) return step_rarely(row, state);
    const std::uintptr_t saved_bp = cfa + static_cast<std::uintptr_t>(row.bp());
    frame->pc = StackReader::load(cfa - 8);
    state->read = {saved_bp, StackReader::load(saved_bp)};
    frame->bp = row.saves_bp() ? state->read.value : frame->bp;
    frame->sp = cfa;
    frame->exact = false;
    return Step::kCaller;
}

}  // namespace dregs
