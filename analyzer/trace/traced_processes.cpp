// See traced_processes.h.
#include "analyzer/trace/traced_processes.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "analyzer/trace/locate.h"

namespace dregs {
namespace {

std::string program_of(std::uint32_t pid) {
    std::error_code error;
    const auto path = std::filesystem::read_symlink(absl::StrCat("/proc/", pid, "/exe"), error);
    if (!error) return path.filename().string();
    std::string name;
    std::getline(std::ifstream(absl::StrCat("/proc/", pid, "/comm")) >> std::ws, name);
    return name;
}

}  // namespace

std::vector<TracedProcess> find_traced_processes() {
    std::vector<TracedProcess> found;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
        std::uint32_t pid = 0;
        if (!absl::SimpleAtoi(entry.path().filename().string(), &pid)) continue;
        if (auto source = find_trace_of(pid)) found.push_back({pid, program_of(pid), std::move(source)});
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.pid < b.pid; });
    return found;
}

}  // namespace dregs
