// See frame_table.h.
#include "analyzer/analysis/frame_table.h"

#include <absl/hash/hash.h>

#include <tuple>

namespace dregs {
namespace {

auto identity(const Frame& frame) {
    return std::tie(frame.function, frame.file, frame.line, frame.column, frame.module, frame.offset, frame.inlined,
                    frame.tail_call);
}

}  // namespace

std::size_t FrameTable::SameHash::operator()(const Frame* frame) const { return absl::HashOf(identity(*frame)); }

bool FrameTable::Same::operator()(const Frame* a, const Frame* b) const { return identity(*a) == identity(*b); }

std::uint32_t FrameTable::number(const Frame& frame) {
    const auto known = by_place_.find(&frame);
    if (known != by_place_.end()) return known->second;
    const auto [same, is_new] = by_text_.emplace(&frame, static_cast<std::uint32_t>(frames_.size()));
    if (is_new) frames_.push_back(&frame);
    by_place_.emplace(&frame, same->second);
    return same->second;
}

}  // namespace dregs
