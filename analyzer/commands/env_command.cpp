// See env_command.h.
#include "analyzer/commands/env_command.h"

#include <absl/strings/str_split.h>

#include <string_view>
#include <utility>

namespace dregs {
namespace {

constexpr int kMostSplits = 4;  // of what was split, again

bool takes_the_next_word(std::string_view option) {
    return option == "-u" || option == "-C" || option == "--unset" || option == "--chdir";
}

// What -S has to split, in one word with it or with other letters; empty: nothing, or the next word.
std::string split_string(const std::string& word) {
    constexpr std::string_view kLong = "--split-string=";
    if (word.starts_with(kLong)) return word.substr(kLong.size());
    const std::size_t at = word.starts_with("--") ? std::string::npos : word.find('S');
    return at == std::string::npos ? "" : word.substr(at + 1);
}

// The same as program_of_env; `to_split`: what -S says there, should the program be in that.
std::string find_program_word(const std::vector<std::string>& words, std::string& to_split) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word == "--") return i + 1 < words.size() ? words[i + 1] : "";
        if (takes_the_next_word(word)) {
            ++i;
        } else if (word.starts_with('-')) {
            to_split = split_string(word);
            if (!to_split.empty()) return "";
        } else if (word.find('=') == std::string::npos) {
            return word;
        }
    }
    return "";
}

}  // namespace

bool is_env(const std::string& path) { return path == "env" || path.ends_with("/env"); }

std::string program_of_env(const std::vector<std::string>& words) {
    std::string to_split;
    std::string program = find_program_word(words, to_split);
    for (int i = 0; i < kMostSplits && !to_split.empty(); ++i) {
        const std::vector<std::string> split = absl::StrSplit(std::exchange(to_split, ""), ' ', absl::SkipEmpty());
        program = find_program_word(split, to_split);
    }
    return program;
}

}  // namespace dregs
