// What the compiler inlined into one function.
//
// Owns the tree of DW_TAG_inlined_subroutine below a function and the search for the innermost one at an address. Used
// by DwarfUnit, which turns it into frames.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <vector>

#include "analyzer/symbols/range_map.h"
#include "analyzer/symbols/split_unit.h"

namespace dregs {

class InlineTree {
  public:
    static constexpr std::uint32_t kFunction = UINT32_MAX;  // the compiled function itself
    struct Call {                                           // an inlined function, and where it is called
        Dwarf_Die die;
        std::uint32_t parent;  // what it is inlined into
        std::uint32_t line;
        std::uint32_t column;
        Dwarf_Word file;  // number in the unit's list of files
    };

    InlineTree(Dwarf_Die function, const SplitUnit* split, ModuleBudget& budget);

    // The innermost call whose code holds `address`; kFunction: none.
    std::uint32_t innermost(std::uint64_t address) const;
    const Call& call(std::uint32_t index) const { return calls_[index]; }
    std::size_t size() const { return calls_.size(); }

  private:
    void add(Dwarf_Die& die, std::uint32_t parent, std::uint32_t depth, ModuleBudget& budget);

    const SplitUnit* split_;
    std::vector<Call> calls_;
    RangeMap<std::uint32_t> ranges_;
};

}  // namespace dregs
