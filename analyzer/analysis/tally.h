// How many blocks and how many bytes: the two numbers everything is counted in.
#pragma once

#include <algorithm>
#include <cstdint>

namespace dregs {

struct Tally {
    std::uint64_t blocks = 0;
    std::uint64_t bytes = 0;

    Tally& operator+=(const Tally& other) {
        blocks += other.blocks;
        bytes += other.bytes;
        return *this;
    }
    // Not below nothing: the numbers come from a file.
    Tally& operator-=(const Tally& other) {
        blocks -= std::min(blocks, other.blocks);
        bytes -= std::min(bytes, other.bytes);
        return *this;
    }
    bool operator==(const Tally&) const = default;
};

}  // namespace dregs
