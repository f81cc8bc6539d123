// A file's bytes as they are put together: values as they lie in memory, patched where an address was not known yet.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace dregs {

template <typename Value>
void append_value(std::string& bytes, const Value& value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <typename Value>
void patch_value(std::string& bytes, std::size_t at, const Value& value) {
    std::memcpy(bytes.data() + at, &value, sizeof value);
}

inline void append_text(std::string& bytes, std::string_view text) {
    bytes.append(text);
    bytes.push_back('\0');
}

inline void align_to(std::string& bytes, std::size_t boundary) {
    bytes.append((boundary - bytes.size() % boundary) % boundary, '\0');
}

// What is added to `from` to come to `to`.
inline std::int32_t distance(std::uint64_t from, std::uint64_t to) {
    return static_cast<std::int32_t>(static_cast<std::int64_t>(to - from));
}

}  // namespace dregs
