// All stacks as lists of frame numbers, with what each holds: for formats that need them more than once or in another
// order than they come.
//
// Memory: four bytes a frame of each distinct stack. Made by a StackWalk.
#pragma once

#include <absl/types/span.h>

#include <cstdint>
#include <vector>

#include "analyzer/analysis/frame_table.h"
#include "analyzer/export/stack_walk.h"

namespace dregs {

class NumberedStacks {
  public:
    explicit NumberedStacks(StackWalk& walk);

    std::size_t size() const { return held_.size(); }
    // From the site outwards.
    absl::Span<const std::uint32_t> frames(std::size_t index) const;
    const Tally& held(std::size_t index) const { return held_[index]; }
    const FrameTable& table() const { return table_; }

  private:
    FrameTable table_;
    std::vector<std::uint32_t> numbers_;
    std::vector<std::size_t> ends_;
    std::vector<Tally> held_;
};

}  // namespace dregs
