// See source_excerpts.h.
#include "analyzer/report/source_excerpts.h"

#include <absl/strings/str_split.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "analyzer/files/regular_file.h"

namespace dregs {
namespace {

constexpr std::uint64_t kMostBytesInAll = 64u << 20;
constexpr std::string_view kSuffixes[] = {"c",  "cc",  "cpp", "cxx", "c++", "C",   "h",   "hh", "hpp", "hxx", "h++",
                                          "H",  "inc", "inl", "ipp", "tcc", "tpp", "m",   "mm", "y",   "l",   "yy",
                                          "ll", "re",  "rs",  "go",  "d",   "f",   "f90", "s",  "S",   "zig", "swift"};

std::string read_all(int file, std::uint64_t bytes) {
    std::string text(bytes, '\0');
    std::size_t have = 0;
    while (have < text.size()) {
        const ssize_t got = ::read(file, text.data() + have, text.size() - have);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        have += static_cast<std::size_t>(got);
    }
    text.resize(have);
    return text;
}

}  // namespace

bool is_source_name(std::string_view path) {
    const std::size_t dot = path.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || path[dot - 1] == '/') return false;
    return std::find(std::begin(kSuffixes), std::end(kSuffixes), path.substr(dot + 1)) != std::end(kSuffixes);
}

const SourceExcerpts::Source& SourceExcerpts::source(const std::string& file) {
    const auto [known, fresh] = sources_.try_emplace(file);
    if (!fresh || !is_source_name(file) || read_ > kMostBytesInAll) return known->second;
    struct stat status {};
    const int opened = open_regular_file(file, status);
    if (opened < 0) return known->second;
    const auto bytes = static_cast<std::uint64_t>(status.st_size);
    const std::string text = bytes <= kMostFileBytes ? read_all(opened, bytes) : "";
    ::close(opened);
    read_ += text.size();
    if (text.find('\0') != std::string::npos) return known->second;
    known->second.lines = absl::StrSplit(text, '\n');
    known->second.changed_s = status.st_mtim.tv_sec;
    return known->second;
}

std::optional<SourceExcerpt> SourceExcerpts::around(const std::string& file, int line) {
    if (line <= 0 || taken_ == kMostInAll) return std::nullopt;
    const Source& found = source(file);
    const auto lines = static_cast<std::int64_t>(found.lines.size());
    if (line > lines) return std::nullopt;
    ++taken_;
    SourceExcerpt excerpt;
    excerpt.first = std::max(1, line - kAround);
    excerpt.changed_s = found.changed_s;
    const std::int64_t last = std::min<std::int64_t>(lines, std::int64_t{line} + kAround);
    for (std::int64_t at = excerpt.first; at <= last; ++at) {
        excerpt.lines.push_back(found.lines[static_cast<std::size_t>(at - 1)].substr(0, kMostLineBytes));
    }
    return excerpt;
}

}  // namespace dregs
