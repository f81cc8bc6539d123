// How many blocks and how many bytes: the two numbers everything is counted in.
#pragma once

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
    bool operator==(const Tally&) const = default;
};

}  // namespace dregs
