// Numbers for the distinct frames that were met, in the order in which they were met.
//
// Two frames are one when all that is said of them is equal (function, file, line, column, module, offset, inlined).
// Refers to frames, which StackNamer keeps in place: one comparison of texts for each place in the code, not for each
// time that a stack leads through it. Pure.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <vector>

#include "analyzer/symbols/frame.h"

namespace dregs {

class FrameTable {
  public:
    // `frame` must outlive the table.
    std::uint32_t number(const Frame& frame);
    const std::vector<const Frame*>& frames() const { return frames_; }

  private:
    struct SameHash {
        std::size_t operator()(const Frame* frame) const;
    };
    struct Same {
        bool operator()(const Frame* a, const Frame* b) const;
    };

    std::vector<const Frame*> frames_;
    absl::flat_hash_map<const Frame*, std::uint32_t> by_place_;
    absl::flat_hash_map<const Frame*, std::uint32_t, SameHash, Same> by_text_;
};

}  // namespace dregs
