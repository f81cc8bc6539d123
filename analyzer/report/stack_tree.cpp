// See stack_tree.h.
#include "analyzer/report/stack_tree.h"

#include <algorithm>

namespace dregs {

std::uint32_t StackTree::child(std::uint32_t parent, std::uint32_t frame) {
    const std::uint64_t key = std::uint64_t{parent} << 32 | frame;
    const auto [known, fresh] = children_.try_emplace(key, static_cast<std::uint32_t>(nodes_.size()));
    if (fresh) nodes_.push_back({parent, frame});
    return known->second;
}

std::uint32_t ProfileStacks::pooled(const Frame& frame) {
    const auto known = by_place_.find(&frame);
    if (known != by_place_.end()) return known->second;
    return by_place_.emplace(&frame, frames_.add(frame)).first->second;
}

void ProfileStacks::visit(std::uint32_t stack, absl::FunctionRef<bool(std::uint32_t frame)> visit) {
    profile_.namer().walk_from_site(stack, [&](const StackNamer::StackPlace& place) {
        return std::all_of(place.frames.begin(), place.frames.end(),
                           [&](const Frame& frame) { return visit(pooled(frame)); });
    });
}

std::vector<std::uint32_t> ProfileStacks::frames(std::uint32_t stack, std::size_t limit) {
    std::vector<std::uint32_t> frames;
    visit(stack, [&](std::uint32_t frame) {
        frames.push_back(frame);
        return frames.size() < limit;
    });
    return frames;
}

std::uint32_t ProfileStacks::leaf(std::uint32_t stack) {
    const auto [known, fresh] = leaves_.try_emplace(stack, StackTree::kRoot);
    if (!fresh) return known->second;
    inwards_.clear();
    visit(stack, [&](std::uint32_t frame) {
        inwards_.push_back(frame);
        return true;
    });
    std::uint32_t& node = known->second;
    std::for_each(inwards_.rbegin(), inwards_.rend(), [&](std::uint32_t frame) { node = tree_.child(node, frame); });
    return known->second;
}

}  // namespace dregs
