// Which allocations a thread records when it is to record a sample: a Poisson process over the bytes that it allocates.
//
// A point falls every `mean` bytes on average; an allocation is recorded when one falls into it, which has the
// probability 1 - exp(-bytes / mean). As the process has no memory, the distance to the next point may be drawn anew
// from the end of a recorded allocation. Integers only: floating point would leave its flags behind in the program's
// registers. One thread and its signal handlers; all-zero bytes record the next allocation.
#pragma once

#include <cstddef>
#include <cstdint>

#include "preload/system/attributes.h"

namespace dregs {

class Sampler {
  public:
    // `seed` should differ between threads.
    void start(std::uint64_t seed, std::uint32_t mean);
    // Whether to record an allocation of so many bytes; none at all counts as one. If so, draw() must follow. One
    // instruction: a handler in between cannot tear it.
    DREGS_INLINE bool takes(std::size_t bytes) {
        bool taken = false;
        const auto distance = static_cast<std::int64_t>(bytes + (bytes == 0 ? 1 : 0));
        asm volatile("subq %2, %0" : "+m"(left_), "=@ccs"(taken) : "er"(distance));
        return taken;
    }
    // Draws the distance to the next point: exponentially distributed.
    void draw(std::uint32_t mean);

  private:
    std::uint64_t random();

    std::int64_t left_;  // bytes up to the next point
    std::uint64_t state_;
};

}  // namespace dregs
