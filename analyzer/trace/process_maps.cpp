// See process_maps.h.
#include "analyzer/trace/process_maps.h"

#include <absl/strings/str_cat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace dregs {
namespace {

dev_t parse_device(const std::string& text) {
    std::istringstream in(text);
    unsigned major_number = 0;
    unsigned minor_number = 0;
    char colon = 0;
    in >> std::hex >> major_number >> colon >> minor_number;
    return in && colon == ':' ? makedev(major_number, minor_number) : 0;
}

// The kernel writes a newline in a path as \012 and adds a word to the path of a deleted file.
std::string clean_path(std::string path) {
    constexpr std::string_view kDeleted = " (deleted)";
    constexpr std::string_view kNewline = "\\012";
    if (path.ends_with(kDeleted)) path.resize(path.size() - kDeleted.size());
    for (std::size_t at = 0; (at = path.find(kNewline, at)) != std::string::npos; ++at) {
        path[at] = '\n';
        path.erase(at + 1, kNewline.size() - 1);
    }
    return path;
}

// "begin-end rw-s offset major:minor inode      path"
std::optional<SharedMapping> parse_line(const std::string& line) {
    std::istringstream in(line);
    SharedMapping mapping{};
    std::string permissions;
    std::string offset;
    std::string device;
    in >> mapping.range >> permissions >> offset >> device >> mapping.inode >> std::ws;
    if (!in || permissions != "rw-s" || mapping.inode == 0) return std::nullopt;
    std::getline(in, mapping.path);
    if (!mapping.path.starts_with('/')) return std::nullopt;
    mapping.path = clean_path(mapping.path);
    mapping.device = parse_device(device);
    return mapping;
}

}  // namespace

std::optional<std::vector<SharedMapping>> shared_mappings(std::uint32_t pid) {
    errno = 0;
    std::ifstream maps(absl::StrCat("/proc/", pid, "/maps"));
    if (!maps) return std::nullopt;
    std::vector<SharedMapping> found;
    for (std::string line; std::getline(maps, line);) {
        if (auto mapping = parse_line(line)) found.push_back(std::move(*mapping));
    }
    if (maps.bad()) return std::nullopt;
    return found;
}

bool has_mapped(std::uint32_t pid, const std::string& ending) {
    std::ifstream maps(absl::StrCat("/proc/", pid, "/maps"));
    for (std::string line; std::getline(maps, line);) {
        if (line.ends_with(ending)) return true;
    }
    return false;
}

std::vector<std::uint32_t> list_tasks(std::uint32_t pid) {
    std::vector<std::uint32_t> tasks;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(absl::StrCat("/proc/", pid, "/task"), ignored)) {
        const std::string name = entry.path().filename().string();
        std::uint32_t tid = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), tid).ec == std::errc{}) tasks.push_back(tid);
    }
    std::sort(tasks.begin(), tasks.end());
    return tasks;
}

}  // namespace dregs
