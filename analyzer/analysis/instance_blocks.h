// The single blocks of each instance of a tree, in the tree's order, without holding them all.
//
// The trace has blocks by address. So it is read once for every million blocks asked for: each time, those of as many
// instances as hold that many are kept. An instance that holds more is passed through as it is read. Blocks that came
// since the tree was made may be told, too, where others of their stack and scope were there before.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/functional/function_ref.h>

#include <cstddef>
#include <functional>
#include <vector>

#include "analyzer/analysis/instance_tree.h"
#include "analyzer/trace/block.h"

namespace dregs {

class InstanceBlocks {
  public:
    // Tells the sink every live block of the trace; called any number of times.
    using ReadBlocks = std::function<void(BlockSink)>;
    InstanceBlocks(const Profile& profile, const InstanceTree& tree, ReadBlocks read_blocks);

    // Those of the node at this place itself, by address where they were kept. Places rise from call to call.
    void each(std::size_t node, BlockSink sink);

    static constexpr std::uint64_t kMostKept = 1 << 20;

  private:
    void keep_from(std::size_t node);
    bool counts(const LiveBlock& block) const;
    std::uint32_t instance_of(const LiveBlock& block) const;

    const Profile& profile_;
    const InstanceTree& tree_;
    ReadBlocks read_blocks_;
    std::size_t kept_until_ = 0;                                            // place of the first node whose are not
    absl::flat_hash_map<std::uint32_t, std::vector<LiveBlock>> instances_;  // their blocks
};

}  // namespace dregs
