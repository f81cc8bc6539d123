// The fast step: from a frame to its caller by a packed row.
//
// Owns: the meaning of a row. A step is a pure function of (pc and exact, sp, bp) and of the words that it reads, which
// is what a memo of an earlier walk may rely on. Called by unwind.cpp only.
#pragma once

#include <cstdint>

#include "attributes.h"
#include "foreign_memory.h"
#include "readable_pages.h"
#include "register_walk.h"
#include "unwind_row.h"

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
    StackReader(ReadablePages& pages, std::uintptr_t sp) : pages_(pages), page_((sp - 8) & kPageMask) {}

    // Whether the word at `address` is aligned and can be read.
    bool holds(std::uintptr_t address) {
        if (DREGS_LIKELY(((address ^ page_) & ~kOffsetMask) == 0)) return true;
        if ((address & 7) != 0 || !pages_.holds(address)) return false;
        page_ = address & kPageMask;
        return true;
    }
    static std::uint64_t load(std::uintptr_t address) { return load_foreign_word(address); }

  private:
    static constexpr std::uintptr_t kPageMask = ~std::uintptr_t{0} << ReadablePages::kPageBits;
    static constexpr std::uintptr_t kOffsetMask = ~kPageMask & ~std::uintptr_t{7};

    ReadablePages& pages_;
    std::uintptr_t page_;
};

// Frames are not larger; a larger or a backward distance is a change of stacks, or nonsense.
inline constexpr std::uintptr_t kMaxFrameBytes = std::uintptr_t{64} << 20;

// Leaves `frame` alone unless it returns kCaller. `jumps` counts changes of stacks without a signal.
Step step_rare(Row row, StackReader& stack, Frame* frame, unsigned* jumps);

inline Step step(Row row, StackReader& stack, Frame* frame, unsigned* jumps) {
    if (DREGS_UNLIKELY(row.kind() > RowKind::kFromBp)) return step_rare(row, stack, frame, jumps);
    std::uintptr_t cfa = static_cast<std::uintptr_t>(row.cfa());
    if (row.kind() == RowKind::kFromSp) {
        cfa += frame->sp;
    } else {
        cfa += frame->bp;
        if (DREGS_UNLIKELY(cfa - frame->sp - 8 > kMaxFrameBytes)) return step_rare(row, stack, frame, jumps);
    }
    const std::uintptr_t saved_bp = cfa + static_cast<std::uintptr_t>(row.bp());
    if (row.saves_bp() && DREGS_UNLIKELY(!stack.holds(saved_bp))) return Step::kNoUnwind;
    if (DREGS_UNLIKELY(!stack.holds(cfa - 8))) return Step::kNoUnwind;
    frame->pc = StackReader::load(cfa - 8);
    if (row.saves_bp()) frame->bp = StackReader::load(saved_bp);
    frame->sp = cfa;
    frame->exact = false;
    return Step::kCaller;
}

}  // namespace dregs
