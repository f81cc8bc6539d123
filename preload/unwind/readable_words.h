// A run of memory that is known to be readable. See stack_reader.h for who knows it, and why.
#pragma once

#include <cstdint>

namespace dregs {

// `words` of them from `begin` on, which is a multiple of eight.
struct ReadableWords {
    std::uintptr_t begin;
    std::uintptr_t words;

    // Also false of an address that no word begins at.
    bool holds(std::uintptr_t address) const {
        const std::uintptr_t distance = address - begin;
        return (distance >> 3 | distance << 61) < words;  // one rotation
    }
    std::uintptr_t end() const { return begin + 8 * words; }
};

}  // namespace dregs
