// The address ranges of a debugging-information entry.
//
// Owns the loop over dwarf_ranges() and its limits: a garbled list must not keep us for ever, nor a list that many
// entries share.
#pragma once

#include <dwarf.h>
#include <elfutils/libdw.h>

#include <cstddef>
#include <cstdint>

#include "analyzer/symbols/split_unit.h"
#include "analyzer/symbols/symbol_budget.h"

namespace dregs {

// More pieces than any function or unit has; the rest of a longer list is left out.
inline constexpr std::size_t kMaxRanges = 1u << 20;

// Calls visit(begin, end) for each range of `die`, which is of `split`, if that is not null.
template <typename Visit>
void for_each_range(Dwarf_Die& die, const SplitUnit* split, ModuleBudget& budget, Visit&& visit) {
    Dwarf_Addr base = split ? split->range_base() : 0;
    Dwarf_Addr begin = 0;
    Dwarf_Addr end = 0;
    std::ptrdiff_t at = split ? split->begin_of_ranges(die) : 0;
    // A list at 0 cannot be asked for: 0 means "find it", and then libdw counts from 0.
    const Dwarf_Addr shift = split && at == 0 && dwarf_hasattr(&die, DW_AT_ranges) ? base : 0;
    for (std::size_t i = 0; i < kMaxRanges && (at = dwarf_ranges(&die, at, &base, &begin, &end)) > 0; ++i) {
        const Dwarf_Addr from = base == 0 ? shift : 0;
        visit(std::uint64_t{begin + from}, std::uint64_t{end + from});
        budget.step();
    }
}

}  // namespace dregs
