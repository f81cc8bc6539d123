// See frame_pool.h.
#include "analyzer/report/frame_pool.h"

#include <absl/strings/str_cat.h>

namespace dregs {

std::uint32_t FramePool::add_text(std::string_view text) {
    const auto [known, fresh] = by_text_.try_emplace(std::string(text), static_cast<std::uint32_t>(texts_.size()));
    if (fresh) texts_.push_back(known->first);
    return known->second;
}

std::uint32_t FramePool::add(const Frame& frame) {
    PooledFrame pooled{};
    pooled.function = add_text(frame.function);
    pooled.file = add_text(frame.file);
    pooled.module = add_text(frame.module);
    pooled.line = frame.line;
    pooled.column = frame.column;
    pooled.offset = frame.offset;
    pooled.flags = static_cast<std::uint8_t>((frame.inlined ? PooledFrame::kInlined : 0) |
                                             (frame.tail_call ? PooledFrame::kTailCall : 0));
    const bool placed = frame.line > 0 && !frame.file.empty();
    std::string key = absl::StrCat(pooled.function, " ", pooled.file, " ", pooled.module, " ", pooled.line, " ",
                                   pooled.column, " ", pooled.flags, " ", placed ? 0 : pooled.offset);
    const auto [known, fresh] = by_key_.try_emplace(std::move(key), static_cast<std::uint32_t>(frames_.size()));
    if (fresh) frames_.push_back(pooled);
    return known->second;
}

}  // namespace dregs
