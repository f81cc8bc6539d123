// Unwind rows: what takes a frame to its caller, packed into 8 bytes.
//
// Owns: the row's encoding and the making of a row from call-frame information. A row is a pure function of the code at
// one pc; applying it (step, in unwind_step.h) is one of the frame and the words it reads. Called by unwind.cpp.
#pragma once

#include <cstdint>

#include "preload/unwind/cfi.h"

namespace dregs {

enum class RowKind : std::uint8_t {
    kNone = 0,    // no row yet
    kFromSp,      // CFA = sp + cfa(); rbp saved at CFA + bp(), or not saved where that is kBpKept
    kFromBp,      // CFA = bp + cfa(); rbp saved right below the return address, or not saved
    kFromBpWord,  // CFA = the word at bp + cfa(); rbp saved at bp + bp(): a realigned stack
    kSignal,      // what the kernel pushed for a signal handler; the caller was interrupted at its pc
    kEnd,         // the outermost frame of a thread
    kNoUnwind,    // nothing known of the caller
    kComplex,     // known, but needs more registers than pc, sp and bp: register_walk
    kFromBpFar,   // as kFromBp, rbp saved at CFA + bp()
    kNoCode,      // no frame: nobody returns to where there is no code; what was read was no return address
    kPlanted,     // no frame: nothing was called from there, the return address was put there to end the stack
    kDoubtful,  // the row is of the function that ends before pc, if a call at its end has left the return address; but
                // a function begins at pc, so it may have been planted, too (planted_return.h). undoubted() is the row
};

class Row {
  public:
    static constexpr unsigned kOffsetBits = 28;
    // In place of where rbp is saved: nowhere. It is the return address's offset, so that what stands at CFA + bp() can
    // be read without asking first.
    static constexpr std::int64_t kBpKept = -8;

    constexpr Row() = default;
    constexpr explicit Row(std::uint64_t bits) : bits_(bits) {}
    constexpr Row(RowKind kind, std::int64_t cfa, std::int64_t bp)
        : bits_(static_cast<std::uint64_t>(kind) | (low_bits(cfa) << kCfaShift) | (low_bits(bp) << kBpShift)) {}

    static constexpr bool offset_fits(std::int64_t offset) {
        constexpr std::int64_t kLimit = std::int64_t{1} << (kOffsetBits - 1);
        return offset >= -kLimit && offset < kLimit;
    }

    constexpr std::uint64_t bits() const { return bits_; }
    constexpr RowKind kind() const { return static_cast<RowKind>(bits_ & kKindMask); }
    // The same row, to be believed only where it proves right.
    constexpr Row doubtful() const {
        return Row((bits_ & ~kKindMask) | (bits_ & kKindMask) << kDoubtShift |
                   static_cast<std::uint64_t>(RowKind::kDoubtful));
    }
    constexpr Row undoubted() const {
        return Row((bits_ & ~(kKindMask | kKindMask << kDoubtShift)) | (bits_ >> kDoubtShift & kKindMask));
    }
    constexpr std::int64_t cfa() const {
        return static_cast<std::int64_t>(bits_ << (64 - kOffsetBits - kCfaShift)) >> (64 - kOffsetBits);
    }
    constexpr std::int64_t bp() const { return static_cast<std::int64_t>(bits_) >> kBpShift; }
    constexpr bool saves_bp() const { return bp() != kBpKept; }
    // What a step does with the frame's rbp. One that does neither leads to the same caller whatever rbp holds: much
    // code keeps a loop's counter in it.
    constexpr bool reads_bp() const {
        return kind() == RowKind::kFromBp || kind() == RowKind::kFromBpFar || kind() == RowKind::kFromBpWord;
    }
    constexpr bool passes_bp() const { return kind() == RowKind::kFromSp && !saves_bp(); }

  private:
    static constexpr std::uint64_t kKindMask = 0xF;
    static constexpr unsigned kDoubtShift = 4;  // of a doubtful row's own kind
    static constexpr unsigned kCfaShift = 8;
    static constexpr unsigned kBpShift = 36;
    static constexpr std::uint64_t low_bits(std::int64_t offset) {
        return static_cast<std::uint64_t>(offset) & ((std::uint64_t{1} << kOffsetBits) - 1);
    }

    std::uint64_t bits_ = 0;
};

// The row of the code at `pc`. `exact`: pc is where the frame was interrupted; else it is a return address, and the
// frame is in the call before it. Never RowKind::kNone.
Row make_row(const CodeImage& image, std::uintptr_t pc, bool exact);

}  // namespace dregs
