// See adapters.h.
#include "analyzer/commands/adapters.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "analyzer/commands/needed_libraries.h"
#include "analyzer/trace/error.h"

namespace dregs {
namespace {

struct Adapter {
    const char* name;
    const char* library;  // what the names of its library begin with, up to the version
};

// One line for each file in adapters/.
constexpr Adapter kAdapters[] = {
    {"apr", "libapr-1.so"},
    {"talloc", "libtalloc.so"},
    {"wmem", "libwsutil.so"},
};

std::string path_of(const std::string& name, const std::string& shim) {
    const auto folder = std::filesystem::path(shim).parent_path() / "dregs";
    return (folder / absl::StrCat("libdregs-", name, ".so")).string();
}

bool is_needed(const Adapter& adapter, const std::set<std::string>& libraries) {
    return std::any_of(libraries.begin(), libraries.end(),
                       [&](const std::string& library) { return library.starts_with(adapter.library); });
}

bool is_known(absl::string_view name) {
    return std::any_of(std::begin(kAdapters), std::end(kAdapters),
                       [name](const Adapter& adapter) { return name == adapter.name; });
}

void add(const std::string& name, const std::string& shim, ChosenAdapters& chosen) {
    chosen.names.emplace_back(name);
    chosen.paths.push_back(path_of(name, shim));
}

ChosenAdapters find_needed(const std::string& program, const std::string& shim) {
    ChosenAdapters chosen;
    chosen.by_itself = true;
    const std::set<std::string> libraries = needed_libraries(program);
    for (const Adapter& adapter : kAdapters) {
        if (is_needed(adapter, libraries) && ::access(path_of(adapter.name, shim).c_str(), R_OK) == 0)
            add(adapter.name, shim, chosen);
    }
    return chosen;
}

}  // namespace

std::string adapter_problem(const std::string& choice) {
    if (choice == "auto" || choice == "none") return {};
    for (const absl::string_view name : absl::StrSplit(choice, ',', absl::SkipEmpty())) {
        if (is_known(name)) continue;
        const std::string known = absl::StrJoin(
            kAdapters, ",", [](std::string* out, const Adapter& adapter) { absl::StrAppend(out, adapter.name); });
        return absl::StrCat("there is no adapter ", name, "; there are {", known, ",auto,none}");
    }
    return {};
}

ChosenAdapters choose_adapters(const std::string& choice, const std::string& program, const std::string& shim) {
    const std::string problem = adapter_problem(choice);
    if (!problem.empty()) throw Error("run: " + problem);
    if (choice == "auto") return find_needed(program, shim);
    ChosenAdapters chosen;
    if (choice == "none") return chosen;
    for (const std::string& name : std::vector<std::string>(absl::StrSplit(choice, ',', absl::SkipEmpty()))) {
        add(name, shim, chosen);
        if (::access(chosen.paths.back().c_str(), R_OK) != 0)
            throw Error(absl::StrCat("run: ", chosen.paths.back(), ": this adapter is not installed"));
    }
    return chosen;
}

}  // namespace dregs
