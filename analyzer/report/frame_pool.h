// The frames that a report names, each once, and the texts in them, each once.
//
// Keeps copies, unlike analysis/frame_table: traces of which it names frames are dropped one after the other. Owns the
// rule which frames are the same across traces: those of one place in the source, whatever the instruction; without
// debug information those of one place in a module. A frame is a number from here on.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/node_hash_map.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/symbols/frame.h"

namespace dregs {

struct PooledFrame {
    enum Flags : std::uint8_t { kInlined = 1, kTailCall = 2 };

    std::uint32_t function;  // texts
    std::uint32_t file;
    std::uint32_t module;
    int line;
    int column;
    std::uint64_t offset;  // of the first such frame
    std::uint8_t flags;
};

class FramePool {
  public:
    std::uint32_t add(const Frame& frame);
    std::uint32_t add_text(std::string_view text);

    const std::vector<PooledFrame>& frames() const { return frames_; }
    const std::vector<std::string_view>& texts() const { return texts_; }

  private:
    std::vector<PooledFrame> frames_;
    absl::flat_hash_map<std::string, std::uint32_t> by_key_;
    absl::node_hash_map<std::string, std::uint32_t> by_text_;
    std::vector<std::string_view> texts_;  // of by_text_
};

}  // namespace dregs
