// See escape.h.
#include "analyzer/output/escape.h"

#include <absl/strings/str_cat.h>

#include <cstdint>

namespace dregs {
namespace {

struct Decoded {
    std::uint32_t code;
    std::size_t bytes;  // 0: not UTF-8
};

// Shortest form only, no surrogates, as the standard demands.
Decoded decode(std::string_view text) {
    const auto lead = static_cast<std::uint8_t>(text[0]);
    if (lead < 0x80) return {lead, 1};
    const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {0, 0};
    std::uint32_t code = lead & (0x7Fu >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        const auto next = static_cast<std::uint8_t>(text[i]);
        if ((next & 0xC0) != 0x80) return {0, 0};
        code = code << 6 | (next & 0x3Fu);
    }
    const bool surrogate = code >= 0xD800 && code < 0xE000;
    return code < kLeast[bytes] || code > 0x10FFFF || surrogate ? Decoded{0, 0} : Decoded{code, bytes};
}

bool is_control(std::uint32_t code) { return code < 0x20 || (code >= 0x7F && code < 0xA0); }

bool changes_direction(std::uint32_t code) {
    return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x206F) || code == 0x200E ||
           code == 0x200F || code == 0x061C;
}

}  // namespace

std::string escape_text(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const Decoded next = decode(text);
        const auto byte = static_cast<std::uint8_t>(text[0]);
        if (next.bytes == 0 || (is_control(next.code) && next.bytes == 1)) {
            absl::StrAppend(&out, "\\x", absl::Hex(byte, absl::kZeroPad2));
        } else if (is_control(next.code) || changes_direction(next.code) || next.code == 0x2028 ||
                   next.code == 0x2029) {
            absl::StrAppend(&out, "\\u{", absl::Hex(next.code), "}");
        } else {
            out.append(text.substr(0, next.bytes));
        }
        text.remove_prefix(next.bytes == 0 ? 1 : next.bytes);
    }
    return out;
}

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    for (const char byte : text) width += (static_cast<std::uint8_t>(byte) & 0xC0) != 0x80;
    return width;
}

}  // namespace dregs
