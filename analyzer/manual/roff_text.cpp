// See roff_text.h.
#include "analyzer/manual/roff_text.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>
#include <absl/strings/str_split.h>

namespace dregs {
namespace {

constexpr std::size_t kLineBytes = 78;

// A dot or apostrophe at the beginning of a line would be a request.
std::string guarded(const std::string& line) {
    return line.starts_with('.') || line.starts_with('\'') ? "\\&" + line : line;
}

}  // namespace

std::string roff_escape(absl::string_view text) {
    return absl::StrReplaceAll(
        text, {{"\\", "\\e"}, {"-", "\\-"}, {"\"", "\\(dq"}, {"`", "\\(ga"}, {"~", "\\(ti"}, {"^", "\\(ha"}});
}

std::string roff_paragraph(absl::string_view text) {
    std::string out;
    std::string line;
    for (const absl::string_view word : absl::StrSplit(text, absl::ByAnyChar(" \n\t"), absl::SkipEmpty())) {
        const std::string escaped = roff_escape(word);
        if (!line.empty() && line.size() + 1 + escaped.size() > kLineBytes) {
            absl::StrAppend(&out, guarded(line), "\n");
            line.clear();
        }
        absl::StrAppend(&line, line.empty() ? "" : " ", escaped);
    }
    return line.empty() ? out : absl::StrCat(out, guarded(line), "\n");
}

std::string roff_example(absl::string_view text) {
    std::string out = ".nf\n";
    for (const absl::string_view line : absl::StrSplit(text, '\n')) {
        absl::StrAppend(&out, guarded(roff_escape(line)), "\n");
    }
    return out + ".fi\n";
}

std::string roff_bold(absl::string_view text) { return absl::StrCat("\\fB", roff_escape(text), "\\fR"); }

std::string roff_italic(absl::string_view text) { return absl::StrCat("\\fI", roff_escape(text), "\\fR"); }

}  // namespace dregs
