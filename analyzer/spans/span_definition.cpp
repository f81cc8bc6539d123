// See span_definition.h.
#include "analyzer/spans/span_definition.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <absl/strings/string_view.h>

#include <algorithm>
#include <map>

#include "analyzer/trace/error.h"

namespace dregs {
namespace {

constexpr std::size_t kLongestName = 1024;

[[noreturn]] void refuse(const std::string& text, absl::string_view why) {
    throw Error(absl::StrCat("run: --scope ", text, ": ", why));
}

// Symbols of C, C++, Rust ...: no blank, no control character, nothing that a shell user would not have meant.
bool is_symbol(absl::string_view name) {
    const auto fits = [](unsigned char c) { return absl::ascii_isalnum(c) || c == '_' || c == '$' || c == '.'; };
    return !name.empty() && name.size() <= kLongestName && !absl::ascii_isdigit(static_cast<unsigned char>(name[0])) &&
           std::all_of(name.begin(), name.end(), fits);
}

bool is_kind(absl::string_view name) {
    const auto fits = [](unsigned char c) { return c >= ' ' && c != 0x7F; };
    return !name.empty() && name.size() <= kLongestName && std::all_of(name.begin(), name.end(), fits);
}

std::vector<std::string> symbols(const std::string& text, absl::string_view list) {
    const std::vector<std::string> names = absl::StrSplit(list, ',');
    for (const std::string& name : names) {
        if (!is_symbol(name)) refuse(text, absl::StrCat("'", name, "' is no name of a function"));
    }
    return names;
}

}  // namespace

SpanDefinition parse_span(const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) refuse(text, "NAME=BEGIN..END is expected");
    const absl::string_view functions = absl::string_view(text).substr(equals + 1);
    const std::size_t dots = functions.find("..");
    if (dots == absl::string_view::npos) {
        refuse(text, absl::StrCat("where does it end? The return of a function cannot be seen safely; name the one "
                                  "that is called next, as in NAME=BEGIN..END, or NAME=",
                                  functions, "..", functions, ": from one call to the next"));
    }
    if (!is_kind(text.substr(0, equals))) refuse(text, "the name of the scope is missing");
    return {text.substr(0, equals), symbols(text, functions.substr(0, dots)),
            symbols(text, functions.substr(dots + 2))};
}

std::vector<SpanFunction> functions_of(const std::vector<SpanDefinition>& definitions) {
    std::map<std::string, std::vector<SpanAction>> actions;
    for (const SpanDefinition& definition : definitions) {
        for (const std::string& name : definition.ends) actions[name].push_back({definition.kind, false});
    }
    for (const SpanDefinition& definition : definitions) {
        for (const std::string& name : definition.begins) actions[name].push_back({definition.kind, true});
    }
    std::vector<SpanFunction> functions;
    for (auto& [name, list] : actions) functions.push_back({name, std::move(list)});
    return functions;
}

}  // namespace dregs
