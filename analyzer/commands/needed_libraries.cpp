// See needed_libraries.h. The order of places is ld.so(8)'s; a library's own DT_RPATH holds for what it needs, not for
// what that needs in turn.
#include "analyzer/commands/needed_libraries.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>
#include <absl/strings/str_split.h>

#include <cstdlib>
#include <deque>
#include <filesystem>

#include "analyzer/commands/elf_dynamic.h"
#include "analyzer/commands/loader_cache.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostLibraries = 4096;
constexpr const char* kDefaultFolders =
    "/lib/x86_64-linux-gnu:/usr/lib/x86_64-linux-gnu:/lib64:/usr/lib64:/lib:/usr/lib";

// A list of folders with what stands for the file's own place.
std::string expanded(const std::string& folders, const fs::path& origin) {
    const std::string lib = absl::StrCat("lib/", DREGS_LIBRARY_ARCHITECTURE);
    return absl::StrReplaceAll(folders, {{"$ORIGIN", origin.string()},
                                         {"${ORIGIN}", origin.string()},
                                         {"$LIB", lib},
                                         {"${LIB}", lib},
                                         {"$PLATFORM", "x86_64"},
                                         {"${PLATFORM}", "x86_64"}});
}

std::string find_in(const std::string& folders, const std::string& name) {
    for (const auto folder : absl::StrSplit(folders, absl::ByAnyChar(":;"), absl::SkipEmpty())) {
        std::string candidate = absl::StrCat(folder, "/", name);
        if (read_elf_dynamic(candidate)) return candidate;
    }
    return "";
}

class Loader {
  public:
    // Name -> path.
    std::map<std::string, std::string> closure(const std::string& program);

  private:
    std::string find(const std::string& name, const ElfDynamic& user, const fs::path& origin) const;

    std::map<std::string, std::string> cache_ = read_loader_cache();
};

std::string Loader::find(const std::string& name, const ElfDynamic& user, const fs::path& origin) const {
    if (name.find('/') != std::string::npos) return name;
    const char* environment = std::getenv("LD_LIBRARY_PATH");
    for (const std::string& folders : {user.runpath.empty() ? user.rpath : std::string(),
                                       std::string(environment ? environment : ""), user.runpath}) {
        const std::string found = find_in(expanded(folders, origin), name);
        if (!found.empty()) return found;
    }
    const auto cached = cache_.find(name);
    return cached != cache_.end() ? cached->second : find_in(kDefaultFolders, name);
}

std::map<std::string, std::string> Loader::closure(const std::string& program) {
    std::map<std::string, std::string> names;
    std::deque<std::string> pending{program};
    for (; !pending.empty() && names.size() < kMostLibraries; pending.pop_front()) {
        const std::optional<ElfDynamic> dynamic = read_elf_dynamic(pending.front());
        if (!dynamic) continue;
        std::error_code ignored;
        const fs::path origin = fs::canonical(pending.front(), ignored).parent_path();
        for (const std::string& name : dynamic->needed) {
            if (names.contains(name)) continue;
            pending.push_back(find(name, *dynamic, origin));
            names.emplace(name, pending.back());
        }
    }
    return names;
}

}  // namespace

std::set<std::string> needed_libraries(const std::string& program) {
    std::set<std::string> names;
    for (const auto& [name, path] : Loader().closure(program)) names.insert(name);
    return names;
}

std::set<std::string> needed_library_files(const std::string& program) {
    std::set<std::string> paths;
    for (const auto& [name, path] : Loader().closure(program)) paths.insert(path);
    return paths;
}

}  // namespace dregs
