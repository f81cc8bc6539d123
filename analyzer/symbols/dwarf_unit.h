// One compilation unit: from an address in it to the functions and lines there.
//
// Owns the unit's function index, line table and inline trees; each is built when it is first needed. Used by
// DwarfInfo, which knows which unit an address belongs to.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analyzer/symbols/die_names.h"
#include "analyzer/symbols/inline_tree.h"
#include "analyzer/symbols/line_table.h"
#include "analyzer/symbols/range_map.h"
#include "analyzer/symbols/split_unit.h"

namespace dregs {

// A function at an address, as its source calls it.
struct SourceFrame {
    std::string function;
    SourcePlace place;
    bool inlined = false;
    std::uint64_t begin = 0;  // where the code of the compiled function (or of this part of it) begins
};

class DwarfUnit {
  public:
    // `split`: its other half, where it has one that was found. `budget` must outlive this.
    DwarfUnit(Dwarf_Die unit, std::unique_ptr<SplitUnit> split, ModuleBudget& budget);

    // Appends the functions at `address`, innermost first. False, and nothing appended: it lies in no function.
    bool find(std::uint64_t address, DieNames& names, std::vector<SourceFrame>& frames);
    // The source line alone, for code that is in no function (assembly).
    SourcePlace place(std::uint64_t address) { return lines().at(address); }

    // Rough number of bytes that look-ups in this unit made us and libdw keep, since it was last asked.
    std::size_t take_growth() { return std::exchange(growth_, 0); }

  private:
    void index_functions();
    LineTable& lines();
    const InlineTree& inline_tree(std::uint32_t function);

    ModuleBudget& budget_;
    Dwarf_Die unit_;  // says which code it is, and its lines
    std::unique_ptr<SplitUnit> split_;
    Dwarf_Die entries_;  // has the functions: the unit, or its other half
    bool scoped_;
    bool indexed_ = false;
    std::size_t growth_ = 0;
    std::vector<Dwarf_Die> functions_;
    RangeMap<std::uint32_t> ranges_;
    std::unique_ptr<LineTable> lines_;
    std::unordered_map<std::uint32_t, InlineTree> inline_trees_;
};

}  // namespace dregs
