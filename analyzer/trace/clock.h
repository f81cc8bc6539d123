// The clocks that traces tell time by, in nanoseconds.
#pragma once

#include <cstdint>
#include <ctime>

namespace dregs {

inline std::uint64_t clock_ns(clockid_t clock) {
    struct timespec now {};
    ::clock_gettime(clock, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace dregs
