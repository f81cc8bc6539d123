// Call-frame programs: from the instructions of a CIE and an FDE to the rules that hold at one pc.
//
// Owns: what each DW_CFA_ instruction means. Pure: reads the instruction bytes (bounds-checked) and nothing else, keeps
// its state on the caller's stack (under 1 KB). Called by unwind_row.cpp (to pack a row) and register_walk.cpp.
#pragma once

#include <cstdint>

#include "preload/unwind/cfi.h"

namespace dregs {

enum DwarfRegister : std::uint8_t { kRax = 0, kRbx = 3, kRbp = 6, kRsp = 7, kR12 = 12, kR15 = 15, kReturnAddress = 16 };
inline constexpr unsigned kRegisters = 17;

enum class RuleKind : std::uint8_t {
    kUnspecified,  // the caller's value is still in the register, as for kSame
    kUndefined,    // lost; of the return address: there is no caller
    kSame,
    kOffset,         // saved at CFA + value
    kValOffset,      // is CFA + value
    kRegister,       // is in register `value`
    kExpression,     // saved at the address that an expression yields
    kValExpression,  // is what an expression yields
};

// How to find the caller's registers. Of an expression, `value` is where its length stands, as a distance from the
// image's .eh_frame_hdr (see expression_at): small, so that a stack of remembered states stays small.
struct Rules {
    RuleKind kind[kRegisters];
    std::uint8_t cfa_register;
    bool cfa_is_expression;
    bool cfa_known;
    std::int32_t cfa_value;
    std::int32_t value[kRegisters];
};

// The rules at `pc`, which must lie in the FDE. False: the program is broken or uses what no x86-64 program does.
bool run_program(const CodeImage& image, const FrameDescription& frame, std::uintptr_t pc, Rules* rules);

}  // namespace dregs
