// A number as it stands in a file's bytes. Files may end anywhere: beyond the end, numbers are 0.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace dregs {

template <class T>
T value_at(std::string_view bytes, std::uint64_t offset) {
    T value = 0;
    if (offset <= bytes.size() && sizeof value <= bytes.size() - offset)
        std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

}  // namespace dregs
