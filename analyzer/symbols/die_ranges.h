// The address ranges of a debugging-information entry.
//
// Owns the loop over dwarf_ranges() and its limit: a garbled list must not keep us for ever.
#pragma once

#include <elfutils/libdw.h>

#include <cstddef>
#include <cstdint>

namespace dregs {

// More pieces than any function or unit has; the rest of a longer list is left out.
inline constexpr std::size_t kMaxRanges = 1u << 20;

// Calls visit(begin, end) for each range of `die`.
template <typename Visit>
void for_each_range(Dwarf_Die& die, Visit&& visit) {
    Dwarf_Addr base = 0;
    Dwarf_Addr begin = 0;
    Dwarf_Addr end = 0;
    std::ptrdiff_t at = 0;
    for (std::size_t i = 0; i < kMaxRanges && (at = dwarf_ranges(&die, at, &base, &begin, &end)) > 0; ++i)
        visit(std::uint64_t{begin}, std::uint64_t{end});
}

}  // namespace dregs
