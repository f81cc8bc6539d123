// See instance_blocks.h.
#include "analyzer/analysis/instance_blocks.h"

#include <algorithm>
#include <utility>

namespace dregs {

InstanceBlocks::InstanceBlocks(const Profile& profile, const InstanceTree& tree, ReadBlocks read_blocks)
    : profile_(profile), tree_(tree), read_blocks_(std::move(read_blocks)) {}

// What reports leave out (suppressions, damage) is left out here.
bool InstanceBlocks::counts(const LiveBlock& block) const { return profile_.live().holds(block.stack, block.scope); }

std::uint32_t InstanceBlocks::instance_of(const LiveBlock& block) const {
    return profile_.scopes().facts(block.scope).instance;
}

void InstanceBlocks::keep_from(std::size_t node) {
    const auto nodes = tree_.nodes();
    instances_.clear();
    std::uint64_t blocks = 0;
    for (kept_until_ = node; kept_until_ < nodes.size(); ++kept_until_) {
        const std::uint64_t more = nodes[kept_until_].own.recorded().blocks;
        if (blocks + more > kMostKept) break;
        blocks += more;
        if (more != 0) instances_[nodes[kept_until_].instance];
    }
    if (instances_.empty()) return;
    read_blocks_([&](const LiveBlock& block) {
        if (!counts(block)) return;
        const auto asked = instances_.find(instance_of(block));
        if (asked != instances_.end()) asked->second.push_back(block);
    });
    for (auto& [instance, list] : instances_) std::ranges::sort(list, {}, &LiveBlock::address);
}

void InstanceBlocks::each(std::size_t node, BlockSink sink) {
    const InstanceNode& asked = tree_.nodes()[node];
    if (asked.own.recorded().blocks > kMostKept) {
        return read_blocks_([&](const LiveBlock& block) {
            if (counts(block) && instance_of(block) == asked.instance) sink(block);
        });
    }
    if (node >= kept_until_) keep_from(node);
    const auto kept = instances_.find(asked.instance);
    if (kept == instances_.end()) return;
    for (const LiveBlock& block : kept->second) sink(block);
    instances_.erase(kept);
}

}  // namespace dregs
