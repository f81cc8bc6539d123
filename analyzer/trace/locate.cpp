// See locate.h.
#include "analyzer/trace/locate.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <vector>

#include "analyzer/trace/error.h"
#include "analyzer/trace/header_reader.h"
#include "analyzer/trace/process_maps.h"

namespace dregs {
namespace {

// The process's pid as itself and each pid namespace around it know it: the trace holds the innermost.
std::vector<std::uint32_t> pids_of(std::uint32_t pid) {
    std::vector<std::uint32_t> pids{pid};
    std::ifstream file(absl::StrCat("/proc/", pid, "/status"));
    for (std::string line; std::getline(file, line);) {
        if (line.rfind("NSpid:", 0) != 0) continue;
        std::istringstream fields(line.substr(6));
        for (std::uint32_t inner = 0; fields >> inner;) pids.push_back(inner);
    }
    return pids;
}

std::unique_ptr<FileSource> try_open(const std::string& path) {
    try {
        return std::make_unique<FileSource>(path);
    } catch (const Error&) {
        return nullptr;
    }
}

// By its own name where that is the same file, through the process's root, or by the mapping itself (needs privilege,
// but reaches deleted files).
std::unique_ptr<FileSource> open_mapping(std::uint32_t pid, const SharedMapping& mapping) {
    const std::string through_root = absl::StrCat("/proc/", pid, "/root", mapping.path);
    const std::string by_range = absl::StrCat("/proc/", pid, "/map_files/", mapping.range);
    for (const std::string& path : {mapping.path, through_root}) {
        auto source = try_open(path);
        if (source && source->inode() == mapping.inode) return source;
    }
    return try_open(by_range);
}

std::optional<std::uint32_t> writer_of(const FileSource& source) {
    try {
        return read_header(source).pid;
    } catch (const Error&) {
        return std::nullopt;
    }
}

[[noreturn]] void fail_no_process(std::uint32_t pid, int error) {
    const bool gone = error == ENOENT || error == ESRCH;
    throw Error(gone ? absl::StrCat("there is no process ", pid)
                     : absl::StrCat("process ", pid, " may not be looked at: ", std::strerror(error)));
}

std::unique_ptr<FileSource> trace_among(const std::vector<SharedMapping>& mappings, std::uint32_t pid) {
    if (mappings.empty()) return nullptr;
    const std::vector<std::uint32_t> pids = pids_of(pid);
    for (const SharedMapping& mapping : mappings) {
        auto source = open_mapping(pid, mapping);
        const auto writer = source ? writer_of(*source) : std::nullopt;
        // A forked child may still have its parent's trace mapped beside its own.
        if (writer && std::find(pids.begin(), pids.end(), *writer) != pids.end()) return source;
    }
    return nullptr;
}

}  // namespace

std::unique_ptr<FileSource> find_trace_of(std::uint32_t pid) {
    const auto mappings = shared_mappings(pid);
    return mappings ? trace_among(*mappings, pid) : nullptr;
}

std::unique_ptr<FileSource> open_trace_of(std::uint32_t pid) {
    const auto mappings = shared_mappings(pid);
    if (!mappings) fail_no_process(pid, errno);
    if (auto source = trace_among(*mappings, pid)) return source;
    throw Error(
        absl::StrCat("process ", pid, " writes no trace: it was not started with libdregs.so (dregs run -- PROGRAM)"));
}

OpenedTrace open_trace_or_pid(const std::string& text) {
    std::uint32_t pid = 0;
    std::error_code ignored;
    const bool number = absl::SimpleAtoi(text, &pid) && pid != 0;
    if (number && !std::filesystem::exists(text, ignored)) return {open_trace_of(pid), pid};
    return {std::make_unique<FileSource>(text), 0};
}

}  // namespace dregs
