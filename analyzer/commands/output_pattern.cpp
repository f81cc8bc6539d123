// See output_pattern.h.
#include "analyzer/commands/output_pattern.h"

#include <absl/strings/match.h>
#include <absl/strings/str_replace.h>
#include <absl/strings/str_split.h>

#include <filesystem>

namespace dregs {
namespace {

namespace fs = std::filesystem;

std::size_t suffix_of(const std::string& pattern) {
    const std::size_t dot = pattern.rfind('.');
    return dot == std::string::npos || dot == 0 ? pattern.size() : dot;
}

void add_entries(const fs::path& folder, const NamePattern& pattern, std::vector<fs::path>& found) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        if (pattern.matches(entry.path().filename().string())) found.push_back(entry.path());
    }
}

}  // namespace

NamePattern::NamePattern(const std::string& pattern, bool numbered) : literals_(1) {
    const std::size_t suffix = numbered ? suffix_of(pattern) : std::string::npos;
    for (std::size_t i = 0; i <= pattern.size(); ++i) {
        if (i == suffix) literals_.emplace_back();
        if (i == pattern.size()) break;
        const char directive = pattern[i] == '%' && i + 1 < pattern.size() ? pattern[i + 1] : '\0';
        if (directive == 'n' || directive == 'p')
            literals_.emplace_back(), ++i;
        else if (directive == '%')
            literals_.back() += '%', ++i;
        else
            literals_.back() += pattern[i];
    }
}

// The first at the beginning, the last at the end, the others in between, each as early as it can be.
bool NamePattern::matches(const std::string& name) const {
    if (literals_.size() == 1) return name == literals_[0];
    absl::string_view rest = name;
    if (!absl::ConsumePrefix(&rest, literals_.front()) || !absl::ConsumeSuffix(&rest, literals_.back())) return false;
    for (std::size_t i = 1; i + 1 < literals_.size(); ++i) {
        const std::size_t at = rest.find(literals_[i]);
        if (at == absl::string_view::npos) return false;
        rest.remove_prefix(at + literals_[i].size());
    }
    return true;
}

std::vector<std::string> find_named_by(const std::string& pattern) {
    const std::vector<std::string> names = absl::StrSplit(pattern, '/', absl::SkipEmpty());
    std::vector<fs::path> paths{"/"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        const NamePattern name(names[i], i + 1 == names.size());
        std::vector<fs::path> next;
        for (const fs::path& folder : paths) {
            if (const std::string* only = name.only())
                next.push_back(folder / *only);
            else
                add_entries(folder, name, next);
        }
        paths = std::move(next);
    }
    std::vector<std::string> found;
    for (const fs::path& path : paths) found.push_back(path.string());
    return found;
}

std::string literal_pattern(const std::string& path) { return absl::StrReplaceAll(path, {{"%", "%%"}}); }

}  // namespace dregs
