// The fast step: from a frame to its caller by a packed row.
//
// Owns: the meaning of a row. A step is a pure function of (pc and exact, sp, bp) and of the words that it reads, which
// is what a memo of an earlier walk may rely on. Called by unwind.cpp only.
#pragma once

#include <cstdint>

#include "preload/system/attributes.h"
#include "preload/unwind/foreign_memory.h"
#include "preload/unwind/readable_pages.h"
#include "preload/unwind/register_walk.h"
#include "preload/unwind/unwind_row.h"

namespace dregs {

struct Frame {
    std::uintptr_t pc;
    std::uintptr_t sp;
    std::uintptr_t bp;
    bool exact;
};

// Reads a thread's stack on its way outwards: asks whether memory can be read when it comes to another page.
class StackReader {
  public:
    // The word below `sp` is known to be readable: it is the return address of the frame that the walk begins in.
    StackReader(ReadablePages& pages, std::uintptr_t sp) : pages_(&pages), page_((sp - 8) & kPageMask) {}

    // Whether the word at `address` is aligned and can be read.
    bool holds(std::uintptr_t address) {
        if (DREGS_LIKELY(((address ^ page_) & ~kOffsetMask) == 0)) return true;
        if ((address & 7) != 0 || !pages_->holds(address)) return false;
        page_ = address & kPageMask;
        return true;
    }
    bool holds(std::uintptr_t inner, std::uintptr_t outer) {
        if (DREGS_LIKELY((((inner ^ page_) | (outer ^ page_)) & ~kOffsetMask) == 0)) return true;
        return holds(inner) && holds(outer);
    }
    // The same, but false also where it would have to ask the system.
    bool is_known(std::uintptr_t inner, std::uintptr_t outer) {
        if (DREGS_LIKELY((((inner ^ page_) | (outer ^ page_)) & ~kOffsetMask) == 0)) return true;
        if (((inner | outer) & 7) != 0 || !pages_->knows(inner) || !pages_->knows(outer)) return false;
        page_ = outer & kPageMask;
        return true;
    }
    static std::uint64_t load(std::uintptr_t address) { return load_foreign_word(address); }

  private:
    static constexpr std::uintptr_t kPageMask = ~std::uintptr_t{0} << ReadablePages::kPageBits;
    static constexpr std::uintptr_t kOffsetMask = ~kPageMask & ~std::uintptr_t{7};

    ReadablePages* pages_;
    std::uintptr_t page_;
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
    unsigned jumps;                      // changes of stacks without a signal so far
    ReadWord read = ReadWord::others();  // by the step that led to the frame
};

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
    const std::uintptr_t saved_bp = cfa + static_cast<std::uintptr_t>(row.bp());
    if (DREGS_UNLIKELY(!state->stack.holds(saved_bp, cfa - 8))) return Step::kNoUnwind;
    frame->pc = StackReader::load(cfa - 8);
    state->read = {saved_bp, StackReader::load(saved_bp)};
    frame->bp = row.saves_bp() ? state->read.value : frame->bp;
    frame->sp = cfa;
    frame->exact = false;
    return Step::kCaller;
}

}  // namespace dregs
