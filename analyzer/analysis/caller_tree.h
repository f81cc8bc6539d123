// Who allocates and releases the blocks of each kind of scope, as trees of callers from the outermost function inwards,
// and where instances begin and end.
//
// Pure: a profile in, trees out. Functions are merged by name, so call sites in one function are one node. Called by
// `dregs scopes --callers`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analyzer/analysis/kind_counts.h"
#include "analyzer/analysis/profile.h"

namespace dregs {

struct CallerNode {
    std::uint32_t parent = 0;  // index in the tree; the root's is its own
    Frame frame;               // none for the root
    Estimate blocks;           // with those of its children: live ones, or of a tree of releases the released ones
    Estimate survivors;        // of these
    std::vector<std::uint32_t> children;  // most blocks first
};

struct CallerTree {
    std::vector<CallerNode> nodes;  // the first is the root; a parent stands before its children
    std::uint64_t cut = 0;          // stacks that found no more room for all of their frames

    bool empty() const { return nodes.size() <= 1; }
};

// A place where instances begin or end.
struct ScopePlaceSeen {
    std::uint32_t stack = 0;  // an example
    std::string key;
    std::uint64_t looks = 0;
};

struct KindCallers : KindCounts {
    std::string name;
    Estimate live;
    Estimate survivors;
    CallerTree allocated;                // of its live blocks
    CallerTree released;                 // of blocks from the same stacks; empty without a ledger
    std::vector<ScopePlaceSeen> begins;  // most looks first
    std::vector<ScopePlaceSeen> ends;
};

// Every kind that has begun, or has a place in the trace, by name.
std::vector<KindCallers> find_callers(Profile& profile);

}  // namespace dregs
