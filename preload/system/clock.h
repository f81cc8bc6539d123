// Time as the trace tells it, and the slices that a block's age is known by.
#pragma once

#include <cstdint>

#include "preload/system/sys.h"

namespace dregs {

class Clock {
  public:
    void start() { start_ns_ = sys::monotonic_coarse_ns(); }
    std::uint64_t now_ns() const { return sys::monotonic_coarse_ns(); }
    std::uint32_t centiseconds(std::uint64_t now_ns) const {
        return now_ns > start_ns_ ? static_cast<std::uint32_t>((now_ns - start_ns_) / kCentisecond) : 0;
    }
    std::uint32_t now_cs() const { return centiseconds(now_ns()); }

    // Blocks of one thread and scope share a record for this long. A 256th of the process's age: so that the age of a
    // block is known to half a per cent, and a process of a year has some thousand slices behind it.
    std::uint64_t slice_end_ns(std::uint64_t now_ns) const {
        const std::uint64_t age = now_ns - start_ns_;
        return now_ns + (age / 256 > kShortestSlice ? age / 256 : kShortestSlice);
    }

  private:
    static constexpr std::uint64_t kCentisecond = 10'000'000;
    static constexpr std::uint64_t kShortestSlice = 1'000'000'000;

    std::uint64_t start_ns_;
};

}  // namespace dregs
