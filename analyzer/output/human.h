// Numbers the way people read them: 2,707 · 1.2 MiB · 45.6 % · 3 min 20 s.
#pragma once

#include <cstdint>
#include <string>

namespace dregs {

std::string human_count(std::uint64_t count);
std::string human_delta(std::int64_t delta);       // "+3", "-1,200", "0"
std::string human_bytes(std::uint64_t bytes);      // exact below 10 KiB: "9,999 B"
std::string human_byte_delta(std::int64_t delta);  // "+1.2 MiB"
std::string human_share(std::uint64_t part, std::uint64_t whole);
std::string human_duration(std::uint64_t centiseconds);
// "1 block", "2 blocks"
std::string human_plural(std::uint64_t count, const char* singular, const char* plural);

}  // namespace dregs
