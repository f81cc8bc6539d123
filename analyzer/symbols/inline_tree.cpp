// See inline_tree.h. One walk over the function's entries; what follows are look-ups in the ranges it found.
#include "analyzer/symbols/inline_tree.h"

#include <dwarf.h>

#include "analyzer/symbols/die_ranges.h"
#include "analyzer/symbols/die_walk.h"

namespace dregs {
namespace {

Dwarf_Word number(Dwarf_Die& die, unsigned name) {
    Dwarf_Attribute attribute;
    Dwarf_Word value = 0;
    if (dwarf_attr(&die, name, &attribute)) dwarf_formudata(&attribute, &value);
    return value;
}

bool may_hold_calls(int tag) {
    return tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block || tag == DW_TAG_try_block ||
           tag == DW_TAG_catch_block || tag == DW_TAG_with_stmt;
}

}  // namespace

InlineTree::InlineTree(Dwarf_Die function, const SplitUnit* split, ModuleBudget& budget) : split_(split) {
    std::vector<std::uint32_t> at_depth{kFunction};  // what calls at this depth are inlined into
    walk_dies(function, budget, [&](Dwarf_Die& die, std::size_t depth) {
        const int tag = dwarf_tag(&die);
        if (!may_hold_calls(tag)) return Descend::kNo;
        at_depth.resize(depth + 1, kFunction);
        std::uint32_t inner = at_depth[depth];
        if (tag == DW_TAG_inlined_subroutine) {
            inner = static_cast<std::uint32_t>(calls_.size());
            add(die, at_depth[depth], static_cast<std::uint32_t>(depth), budget);
        }
        at_depth.push_back(inner);
        return Descend::kYes;
    });
    ranges_.seal(budget);
}

void InlineTree::add(Dwarf_Die& die, std::uint32_t parent, std::uint32_t depth, ModuleBudget& budget) {
    const auto index = static_cast<std::uint32_t>(calls_.size());
    calls_.push_back({die, parent, static_cast<std::uint32_t>(number(die, DW_AT_call_line)),
                      static_cast<std::uint32_t>(number(die, DW_AT_call_column)), number(die, DW_AT_call_file)});
    for_each_range(die, split_, budget,
                   [&](std::uint64_t begin, std::uint64_t end) { ranges_.add(begin, end, index, depth); });
}

std::uint32_t InlineTree::innermost(std::uint64_t address) const {
    const auto* range = ranges_.find(address);
    return range ? range->value : kFunction;
}

}  // namespace dregs
