// Tells at the price of one load that a block is not a recorded one: for sampled traces, where hardly any is.
//
// Owns: a counter for each of 65 536 classes of addresses; neighbours share cache lines. A full counter stays full. Any
// thread, any signal handler. Zero bytes are a valid empty filter.
#pragma once

#include <cstdint>

#include "preload/system/atomics.h"

namespace dregs {

class AddressFilter {
  public:
    // False: the block is not in. True: it may be.
    bool may_hold(std::uintptr_t address) const { return load_relaxed(counters_[class_of(address)]) != 0; }
    void add(std::uintptr_t address) { change(address, 1); }
    // Only after add() of the same address.
    void remove(std::uintptr_t address) { change(address, -1); }

  private:
    static constexpr std::uint32_t kClasses = 1u << 16;
    static constexpr std::uint8_t kFull = 255;

    // Blocks lie at least 32 bytes apart in glibc.
    static std::uintptr_t class_of(std::uintptr_t address) { return (address >> 5 ^ address >> 21) % kClasses; }
    void change(std::uintptr_t address, int by) {
        std::uint8_t& counter = counters_[class_of(address)];
        std::uint8_t before = load_relaxed(counter);
        while (before != kFull && !compare_exchange(counter, before, static_cast<std::uint8_t>(before + by))) {
        }
    }

    std::uint8_t counters_[kClasses];
};

}  // namespace dregs
