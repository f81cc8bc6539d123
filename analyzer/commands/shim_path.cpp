// See shim_path.h.
#include "analyzer/commands/shim_path.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "analyzer/trace/error.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

constexpr const char* kName = "libdregs.so";

std::vector<fs::path> candidates() {
    std::error_code ignored;
    const fs::path prefix = fs::read_symlink("/proc/self/exe", ignored).parent_path().parent_path();
    return {prefix / "lib" / kName, prefix / "lib" / DREGS_LIBRARY_ARCHITECTURE / kName, prefix / "lib64" / kName,
            fs::path(DREGS_INSTALL_LIBDIR) / kName};
}

// The loader parts LD_PRELOAD at blanks and colons, and there is no way to quote them.
std::string checked(const fs::path& path) {
    std::error_code error;
    std::string absolute = fs::canonical(path, error).string();
    if (error || ::access(absolute.c_str(), R_OK) != 0) {
        throw Error(absl::StrCat(path.string(), ": the library to preload cannot be read"));
    }
    if (absolute.find_first_of(" \t\n:") != std::string::npos) {
        throw Error(absl::StrCat(absolute, ": LD_PRELOAD cannot hold a path with blanks or colons"));
    }
    return absolute;
}

}  // namespace

std::string find_shim() {
    if (const char* named = std::getenv("DREGS_LIBRARY"); named && *named) return checked(named);
    std::vector<std::string> tried;
    std::error_code ignored;
    for (const fs::path& path : candidates()) {
        if (fs::exists(path, ignored)) return checked(path);
        tried.push_back(path.string());
    }
    throw Error(absl::StrCat("libdregs.so was not found; set DREGS_LIBRARY to its path (looked at ",
                             absl::StrJoin(tried, ", "), ")"));
}

}  // namespace dregs
