// DWARF expressions, as unwind rules use them.
//
// Owns: what each DW_OP_ means. Two readings of the same bytes: with all registers at hand (evaluate_expression, for
// the full walk), and ahead of time (reduce_expression), which boils the usual ones (PLT entries, realigned stacks,
// signal frames) down to a form that fits a packed row. Never loops for ever, never reads memory that is not there.
// Called by unwind_row.cpp and register_walk.cpp.
#pragma once

#include <cstdint>

#include "preload/unwind/cfi.h"
#include "preload/unwind/register_file.h"

namespace dregs {

// What an expression begins with on its stack.
enum class ExpressionStart : std::uint8_t { kEmpty, kCfa };

// `where` as in Rules: the distance of the expression's length from the image's .eh_frame_hdr. Memory is read through
// `image.pages`. False: it needs a register that is not known, memory that is not there, or is broken.
bool evaluate_expression(const CodeImage& image, std::int32_t where, const RegisterFile& registers,
                         ExpressionStart start, std::uint64_t cfa, std::uint64_t* result);

// The value `inner_base + inner`, or with `loads` the word stored there plus `outer`.
struct AddressForm {
    enum Base : std::uint8_t { kNothing, kSp, kBp, kCfa };
    Base base;
    bool loads;
    std::int64_t inner;
    std::int64_t outer;
};

// False: it cannot be said in that form. `pc` stands for the program counter, which is known when a row is made.
bool reduce_expression(const CodeImage& image, std::int32_t where, std::uintptr_t pc, ExpressionStart start,
                       AddressForm* form);

}  // namespace dregs
