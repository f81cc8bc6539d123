// The tree of scope instances and pools: which is in which, what each holds itself, and with all that is in it.
//
// Owns one node for each instance that is open, or closed with blocks left, and for what those are in; shares count
// with their instance. Memory follows scope records, never blocks. A thread's "no scope" is a node, too, where it holds
// something. Tolerates a hostile parent chain: a cycle is cut at one of its nodes, which becomes a root.
#pragma once

#include <absl/types/span.h>

#include <cstdint>
#include <vector>

#include "analyzer/analysis/profile.h"

namespace dregs {

struct InstanceNode {
    std::uint32_t instance = 0;  // scope record; 0: of the blocks whose scope record is gone
    std::uint32_t depth = 0;
    std::uint32_t parent = 0;  // place of its node; its own: it is a root
    Estimate own;
    Estimate all;  // with everything below
    bool outlived = false;
};

class InstanceTree {
  public:
    explicit InstanceTree(const Profile& profile);

    // Each after its parent, the largest of siblings first, so a node's descendants follow it.
    absl::Span<const InstanceNode> nodes() const { return nodes_; }
    // The place behind the last descendant.
    std::size_t end_of(std::size_t node) const { return ends_[node]; }

  private:
    std::vector<InstanceNode> nodes_;
    std::vector<std::uint32_t> ends_;
};

}  // namespace dregs
