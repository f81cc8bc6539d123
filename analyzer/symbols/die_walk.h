// Walks the debugging-information entries (DIEs) of a unit or function, in the order of the file.
//
// Owns the guard against garbled and hostile trees: each entry is passed once, whatever the tree's depth, addresses
// must rise, the budget is asked before each step, so a walk ends within the unit whatever its sibling links say.
// libdw's own step to the next sibling passes all that is below an entry, again for each level of the tree; the end of
// an entry's children is where the entry after it begins. Used by DwarfUnit, InlineTree and DieNames.
#pragma once

#include <elfutils/libdw.h>

#include <cstddef>
#include <cstdint>

#include "analyzer/symbols/symbol_budget.h"

namespace dregs {

enum class Descend { kNo, kYes };

inline constexpr std::size_t kMaxDieDepth = 1024;

// The entries below `top`, one after the other; the children of `top` have depth 0.
class DieCursor {
  public:
    explicit DieCursor(const Dwarf_Die& top);

    bool at_end() const { return at_end_; }
    Dwarf_Die& die() { return die_; }
    std::size_t depth() const { return depth_; }
    // To the next entry. `jump`: what is below this one may be left out, and is where that costs nothing.
    void advance(bool jump);

  private:
    void go_to(const Dwarf_Die& next);
    void climb(const unsigned char* end_of_children);

    Dwarf_Die die_{};
    const unsigned char* end_;  // of the unit
    std::size_t depth_ = 0;
    bool at_end_;
};

// Calls visit(Dwarf_Die&, depth) -> Descend for every entry below `top` but those below one that was not descended
// into.
template <typename Visit>
void walk_dies(const Dwarf_Die& top, ModuleBudget& budget, Visit&& visit) {
    std::size_t deepest = kMaxDieDepth;  // that is visited
    for (DieCursor at(top); !at.at_end(); at.advance(at.depth() >= deepest)) {
        budget.step();
        if (at.depth() > deepest) continue;
        const bool descend = visit(at.die(), at.depth()) == Descend::kYes;
        deepest = descend ? kMaxDieDepth : at.depth();
    }
}

}  // namespace dregs
