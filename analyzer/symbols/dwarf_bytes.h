// Reads numbers and texts of DWARF from bytes, one after the other.
//
// Believes nothing: what lies beyond the end is no number, and the reader is bad from then on. Used by LineProgram.
#pragma once

#include <cstdint>
#include <string_view>

#include "analyzer/symbols/value_at.h"

namespace dregs {

class DwarfBytes {
  public:
    explicit DwarfBytes(std::string_view bytes) : rest_(bytes) {}

    bool good() const { return good_; }
    bool at_end() const { return rest_.empty(); }
    std::size_t left() const { return rest_.size(); }

    template <class T>
    T fixed() {
        if (rest_.size() < sizeof(T)) return fail(), T{0};
        const T value = value_at<T>(rest_, 0);
        rest_.remove_prefix(sizeof(T));
        return value;
    }
    // An offset or a length: of eight bytes in 64-bit DWARF.
    std::uint64_t offset(bool is_long) { return is_long ? fixed<std::uint64_t>() : fixed<std::uint32_t>(); }
    std::uint64_t leb() {
        std::uint64_t value = 0;
        unsigned shift = 0;
        read_leb(value, shift);
        return value;
    }
    std::int64_t signed_leb() {
        std::uint64_t value = 0;
        unsigned shift = 0;
        const std::uint8_t last = read_leb(value, shift);
        if ((last & 0x40) && shift < 64) value |= ~std::uint64_t{0} << shift;
        return static_cast<std::int64_t>(value);
    }
    // Up to the zero that ends it, which is passed.
    std::string_view text() {
        const std::size_t end = rest_.find('\0');
        if (end == std::string_view::npos) return fail(), std::string_view();
        const std::string_view value = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return value;
    }
    std::string_view take(std::uint64_t size) {
        if (size > rest_.size()) return fail(), std::string_view();
        const std::string_view value = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return value;
    }

  private:
    std::uint8_t read_leb(std::uint64_t& value, unsigned& shift) {
        for (std::size_t i = 0; i < rest_.size(); ++i) {
            const auto byte = static_cast<std::uint8_t>(rest_[i]);
            if (shift < 64) value |= std::uint64_t{byte & 0x7Fu} << shift;
            shift += shift < 64 ? 7 : 0;
            if (byte >= 0x80) continue;
            rest_.remove_prefix(i + 1);
            return byte;
        }
        return fail(), std::uint8_t{0};
    }
    void fail() {
        good_ = false;
        rest_ = {};
    }

    std::string_view rest_;
    bool good_ = true;
};

}  // namespace dregs
