// See named_frame.h. FUNCTION [\t FILE \t LINE \t MODULE]
#include "analyzer/trace/named_frame.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <charconv>

namespace dregs {
namespace {

std::string without_tabs(std::string_view text) {
    std::string copy(text);
    std::ranges::replace(copy, '\t', ' ');
    return copy;
}

// The text before the next tab, which is taken off `rest`.
std::string_view next_part(std::string_view& rest) {
    const std::size_t end = rest.find('\t');
    const std::string_view part = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    return part;
}

// 0: no line number.
int line_number(std::string_view text) {
    int line = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), line);
    return error == std::errc() && end == text.data() + text.size() ? std::max(line, 0) : 0;
}

}  // namespace

std::string encode_named_frame(const NamedFrame& frame) {
    if (frame.file.empty() && frame.module.empty()) return without_tabs(frame.function);
    return absl::StrCat(without_tabs(frame.function), "\t", without_tabs(frame.file), "\t", frame.line, "\t",
                        without_tabs(frame.module));
}

NamedFrame decode_named_frame(std::string_view text) {
    NamedFrame frame;
    frame.function = next_part(text);
    frame.file = next_part(text);
    frame.line = line_number(next_part(text));
    frame.module = next_part(text);
    return frame;
}

}  // namespace dregs
