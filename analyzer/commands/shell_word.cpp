// See shell_word.h.
#include "analyzer/commands/shell_word.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>

#include <algorithm>

namespace dregs {
namespace {

bool is_plain(char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("_./%+,:@-", c);
}

}  // namespace

std::string quoted(absl::string_view value) {
    return absl::StrCat("'", absl::StrReplaceAll(value, {{"'", "'\\''"}}), "'");
}

std::string shell_word(absl::string_view text) {
    const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), is_plain);
    return plain ? std::string(text) : quoted(text);
}

std::string shell_pattern(absl::string_view pattern) {
    const std::size_t star = pattern.rfind('*');
    if (star == absl::string_view::npos) return shell_word(pattern);
    const absl::string_view behind = pattern.substr(star + 1);
    return absl::StrCat(shell_word(pattern.substr(0, star)), "*", behind.empty() ? "" : shell_word(behind));
}

}  // namespace dregs
