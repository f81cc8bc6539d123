// The registers of a frame by their DWARF numbers, and which of them are known.
//
// Owns: nothing but the values. Used by register_walk and dwarf_expression; the fast walk knows only pc, sp and bp.
#pragma once

#include <cstdint>

#include "preload/unwind/cfi_program.h"

namespace dregs {

struct RegisterFile {
    std::uint64_t value[kRegisters];
    std::uint32_t known;  // bit n: value[n] holds

    bool has(unsigned reg) const { return reg < kRegisters && (known >> reg & 1) != 0; }
    void set(unsigned reg, std::uint64_t to) {
        value[reg] = to;
        known |= std::uint32_t{1} << reg;
    }
    void lose(unsigned reg) { known &= ~(std::uint32_t{1} << reg); }
};

}  // namespace dregs
