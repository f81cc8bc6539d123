// See wrapper_pattern.h.
#include "analyzer/symbols/wrapper_pattern.h"

namespace dregs {
namespace {

std::string_view trim(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r";
    const std::size_t begin = text.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

// Where the module ends: a colon that is not half of "::".
std::size_t module_separator(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != ':') continue;
        if (i + 1 == text.size() || text[i + 1] != ':') return i;
        ++i;
    }
    return std::string_view::npos;
}

std::string_view without_qualifiers(std::string_view text) {
    for (bool again = true; again;) {
        again = false;
        for (std::string_view tail : {" const", " volatile", " &&", " &", "&&", "&", " noexcept"}) {
            if (!text.ends_with(tail)) continue;
            text.remove_suffix(tail.size());
            again = true;
        }
    }
    return text;
}

}  // namespace

bool glob_matches(std::string_view glob, std::string_view text) {
    std::size_t g = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;  // the last * seen, and where it began to match
    std::size_t begun = 0;
    while (t < text.size()) {
        if (g < glob.size() && glob[g] == '*') {
            star = g++;
            begun = t;
        } else if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t])) {
            ++g;
            ++t;
        } else if (star != std::string_view::npos) {
            g = star + 1;
            t = ++begun;
        } else {
            return false;
        }
    }
    return glob.find_first_not_of('*', g) == std::string_view::npos;
}

std::string_view without_parameters(std::string_view function) {
    const std::string_view text = without_qualifiers(function);
    if (!text.ends_with(')')) return function;
    std::size_t depth = 0;
    std::size_t at = text.size();
    while (at-- > 0) {
        if (text[at] == ')') ++depth;
        if (text[at] == '(' && --depth == 0) break;
    }
    if (at == 0 || at >= text.size()) return function;  // `(anonymous namespace)`, or not balanced
    const std::string_view name = text.substr(0, at);
    return name.ends_with("operator") || name.ends_with("::") ? function : name;  // `operator()` without parameters
}

bool WrapperPattern::parse(std::string_view line, WrapperPattern& pattern) {
    line = trim(line);
    if (line.empty() || line.front() == '#') return false;
    pattern = {};
    if (line.front() == '!') {
        pattern.is_exception_ = true;
        line = trim(line.substr(1));
    }
    const std::size_t colon = module_separator(line);
    if (colon != std::string_view::npos) {
        pattern.module_ = line.substr(0, colon);
        line = line.substr(colon + 1);
    }
    pattern.function_ = line;
    pattern.whole_ = line.find('(') != std::string_view::npos;
    return !pattern.function_.empty() || !pattern.module_.empty();
}

bool WrapperPattern::matches_module(const std::string& path) const {
    if (module_.empty()) return true;
    return glob_matches(module_, module_.find('/') != std::string::npos ? std::string_view(path) : display_name(path));
}

bool WrapperPattern::matches(const Frame& frame, std::string_view name) const {
    if (!matches_module(frame.module)) return false;
    if (function_.empty()) return true;  // the whole module
    return !name.empty() && glob_matches(function_, whole_ ? std::string_view(frame.function) : name);
}

std::string_view WrapperPattern::plain_name() const {
    const bool plain = module_.empty() && !whole_ && function_.find_first_of("*?") == std::string::npos;
    return plain ? std::string_view(function_) : std::string_view();
}

}  // namespace dregs
