// All stacks of a report as one tree of frames, from the outermost inwards: stacks share what they have in common.
//
// A stack is the number of its leaf, the site; parents have lower numbers than their children. Bounded by the distinct
// frames of distinct stacks. ProfileStacks puts a trace's stacks in.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <vector>

#include "analyzer/analysis/profile.h"
#include "analyzer/report/frame_pool.h"

namespace dregs {

class StackTree {
  public:
    struct Node {
        std::uint32_t parent;
        std::uint32_t frame;
    };
    static constexpr std::uint32_t kRoot = 0;  // before every stack; its frame means nothing

    StackTree() : nodes_(1) {}
    std::uint32_t child(std::uint32_t parent, std::uint32_t frame);
    const std::vector<Node>& nodes() const { return nodes_; }

  private:
    std::vector<Node> nodes_;
    absl::flat_hash_map<std::uint64_t, std::uint32_t> children_;  // by parent << 32 | frame
};

class ProfileStacks {
  public:
    ProfileStacks(Profile& profile, FramePool& frames, StackTree& tree)
        : profile_(profile), frames_(frames), tree_(tree) {}

    // The leaf of a stack of the profile. All its frames from the site outwards are in the tree then.
    std::uint32_t leaf(std::uint32_t stack);
    // Its frames from the site outwards, at most `limit`; the tree need not have them.
    std::vector<std::uint32_t> frames(std::uint32_t stack, std::size_t limit);

  private:
    void visit(std::uint32_t stack, absl::FunctionRef<bool(std::uint32_t frame)> visit);
    std::uint32_t pooled(const Frame& frame);

    Profile& profile_;
    FramePool& frames_;
    StackTree& tree_;
    absl::flat_hash_map<const Frame*, std::uint32_t> by_place_;
    absl::flat_hash_map<std::uint32_t, std::uint32_t> leaves_;
    std::vector<std::uint32_t> inwards_;
};

}  // namespace dregs
