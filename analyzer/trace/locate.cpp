// See locate.h.
#include "analyzer/trace/locate.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <sys/stat.h>
#include <unistd.h>

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
#include "analyzer/trace/user_name.h"

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

// "process 4711 (server)"
std::string process_text(std::uint32_t pid) {
    std::string name;
    std::getline(std::ifstream(absl::StrCat("/proc/", pid, "/comm")), name);
    return name.empty() ? absl::StrCat("process ", pid) : absl::StrCat("process ", pid, " (", name, ")");
}

[[noreturn]] void fail_not_ours(std::uint32_t pid, int error) {
    struct stat status {};
    const bool known = ::stat(absl::StrCat("/proc/", pid).c_str(), &status) == 0 && status.st_uid != ::geteuid();
    throw Error(absl::StrCat(process_text(pid), " may not be looked at: ",
                             known ? absl::StrCat("it belongs to ", user_name(status.st_uid), ", and we are ",
                                                  user_name(::geteuid()), ": ask as its owner or as root")
                                   : absl::StrCat(std::strerror(error), ::geteuid() == 0 ? "" : ": ask as root")));
}

[[noreturn]] void fail_no_process(std::uint32_t pid, int error) {
    if (error != ENOENT && error != ESRCH) fail_not_ours(pid, error);
    throw Error(absl::StrCat("there is no process ", pid, ", nor a file of that name"));
}

// Why it writes no trace, and what to do.
[[noreturn]] void fail_untraced(std::uint32_t pid) {
    std::error_code error;
    const std::string program = std::filesystem::read_symlink(absl::StrCat("/proc/", pid, "/exe"), error).string();
    const std::string prefix = process_text(pid) + " writes no trace: ";
    if (program.empty()) throw Error(prefix + "it has ended, or is the kernel's");
    if (has_mapped(pid, "/libdregs.so")) {
        throw Error(prefix + "it has libdregs.so, but DREGS_ONLY leaves it out or its trace could not be made");
    }
    throw Error(absl::StrCat(prefix,
                             "it was not started with libdregs.so, and tracing cannot begin later; start it "
                             "anew: dregs run -- ",
                             program));
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
    fail_untraced(pid);
}

OpenedTrace open_trace_or_pid(const std::string& text) {
    std::uint32_t pid = 0;
    std::error_code ignored;
    const bool number = absl::SimpleAtoi(text, &pid) && pid != 0;
    if (number && !std::filesystem::exists(text, ignored)) return {open_trace_of(pid), pid};
    return {std::make_unique<FileSource>(text), 0};
}

}  // namespace dregs
