// See shell_word.h.
#include "analyzer/commands/shell_word.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>

#include <algorithm>

#include "analyzer/output/escape.h"

namespace dregs {
namespace {

bool is_plain(char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("_./%+,:@-", c);
}

}  // namespace

std::string quoted(absl::string_view value) {
    return absl::StrCat("'", absl::StrReplaceAll(value, {{"'", "'\\''"}}), "'");
}

// Control characters and bytes that are no ASCII, as bash, zsh and ksh take them: what is shown is what can be pasted.
std::string escaped_word(absl::string_view text) {
    std::string word = "$'";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\'' || c == '\\')
            absl::StrAppend(&word, "\\", absl::string_view(&c, 1));
        else if (absl::ascii_isprint(byte))
            word += c;
        else
            absl::StrAppend(&word, "\\", absl::Dec(byte >> 6), absl::Dec((byte >> 3) & 7), absl::Dec(byte & 7));
    }
    return word + "'";
}

std::string shell_word(absl::string_view text) {
    const std::string shown = escape_text(std::string(text));
    if (shown != text) return escaped_word(text);
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
