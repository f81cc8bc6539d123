// How many blocks and how many bytes: the two numbers everything is counted in.
//
// Stays at the ends of its range instead of wrapping: the numbers come from a file. See estimate.h for what is shown.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace dregs {

constexpr std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b) {
    std::uint64_t sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<std::uint64_t>::max() : sum;
}

struct Tally {
    std::uint64_t blocks = 0;
    std::uint64_t bytes = 0;

    Tally& operator+=(const Tally& other) {
        blocks = saturating_add(blocks, other.blocks);
        bytes = saturating_add(bytes, other.bytes);
        return *this;
    }
    Tally& operator-=(const Tally& other) {
        blocks -= std::min(blocks, other.blocks);
        bytes -= std::min(bytes, other.bytes);
        return *this;
    }
    bool operator==(const Tally&) const = default;
};

}  // namespace dregs
