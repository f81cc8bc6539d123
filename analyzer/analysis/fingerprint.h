// A hash that is the same in every run and on every machine: names stacks across traces and in UMDH's text.
//
// FNV-1a, 64 bits. Not for hostile input where a collision would do harm: here it would merge two rows.
#pragma once

#include <cstdint>
#include <string_view>

namespace dregs {

class Fingerprint {
  public:
    explicit Fingerprint(std::uint64_t seed = 0) { add(seed); }

    void add(std::string_view text) {
        for (const char byte : text) mix(static_cast<std::uint8_t>(byte));
        mix(0);
    }
    void add(std::uint64_t number) {
        for (int shift = 0; shift < 64; shift += 8) mix(static_cast<std::uint8_t>(number >> shift));
    }
    std::uint64_t value() const { return value_; }

  private:
    void mix(std::uint8_t byte) { value_ = (value_ ^ byte) * 0x100000001B3u; }

    std::uint64_t value_ = 0xCBF29CE484222325u;
};

}  // namespace dregs
