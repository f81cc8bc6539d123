// Walks the debugging-information entries (DIEs) of a unit or function, in the order of the file.
//
// Owns the guard against garbled trees: addresses must rise, depth is limited, so a walk ends within the unit whatever
// its sibling links say. Used by FunctionIndex, InlineTree and DieNames.
#pragma once

#include <elfutils/libdw.h>

#include <cstddef>
#include <vector>

namespace dregs {

enum class Descend { kNo, kYes };

inline constexpr std::size_t kMaxDieDepth = 1024;

// Calls visit(Dwarf_Die&, depth) -> Descend for every DIE below `top`; its children have depth 0.
template <typename Visit>
void walk_dies(Dwarf_Die top, Visit&& visit) {
    std::vector<Dwarf_Die> path;
    Dwarf_Die die;
    if (dwarf_child(&top, &die) != 0) return;
    const void* last = top.addr;
    path.push_back(die);
    while (!path.empty()) {
        die = path.back();
        if (die.addr <= last) return;
        last = die.addr;
        Dwarf_Die next;
        if (visit(path.back(), path.size() - 1) == Descend::kYes && path.size() < kMaxDieDepth &&
            dwarf_child(&die, &next) == 0) {
            path.push_back(next);
            continue;
        }
        while (!path.empty() && dwarf_siblingof(&path.back(), &next) != 0) path.pop_back();
        if (!path.empty()) path.back() = next;
    }
}

}  // namespace dregs
