// See text_lines.h.
#include "analyzer/import/text_lines.h"

#include <absl/strings/str_cat.h>

#include "analyzer/trace/error.h"

namespace dregs {

TextLines::TextLines(const std::string& path) : bytes_(path) {}

bool TextLines::next(std::string_view& line) {
    line_.clear();
    ++number_;
    int byte = 0;
    while ((byte = bytes_.next()) != TextBytes::kEnd && byte != '\n') {
        line_.push_back(static_cast<char>(byte));
        if (line_.size() > kMostBytes) fail("is too long");
    }
    if (byte == TextBytes::kEnd && line_.empty()) return false;
    if (!line_.empty() && line_.back() == '\r') line_.pop_back();
    line = line_;
    return true;
}

void TextLines::fail(std::string_view what) const {
    throw Error(absl::StrCat(name(), ", line ", number_, ": ", std::string(what)));
}

}  // namespace dregs
