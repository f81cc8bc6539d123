// Durations and amounts as people type them: "10s", "64M", "10000blocks".
//
// Pure. Throws Error with what would be right.
#pragma once

#include <cstdint>
#include <string>

namespace dregs {

// "500ms", "10s", "2m", "1h", "1d"; a bare number is seconds. In nanoseconds.
std::uint64_t parse_duration(const std::string& text);

// "4096", "64K", "64M", "2G", "1T": powers of 1024; "B" and "iB" may follow. Not 0.
std::uint64_t parse_bytes(const std::string& text);

struct GrowthLimit {  // one of the two; none: 0
    std::uint64_t bytes = 0;
    std::uint64_t blocks = 0;

    bool set() const { return bytes != 0 || blocks != 0; }
};
// Bytes, or "10000blocks".
GrowthLimit parse_growth(const std::string& text);

}  // namespace dregs
