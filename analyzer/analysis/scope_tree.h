// Puts scope kinds in the order of their tree: each after its parent, the worst sibling first.
//
// Tolerates what a program can do (a in b and b in a): a kind whose parents lead back to itself becomes a root.
#pragma once

#include <cstdint>
#include <vector>

#include "analyzer/analysis/scope_report.h"

namespace dregs {

struct KindNode {
    std::uint32_t kind;
    std::uint32_t parent;  // 0: none
    KindReport report;
};

// Fills in `parent` and `depth` of the reports.
std::vector<KindReport> arrange_kinds(std::vector<KindNode> nodes);

}  // namespace dregs
