// See written_traces.h.
#include "analyzer/commands/written_traces.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>

#include "analyzer/commands/output_pattern.h"
#include "analyzer/trace/error.h"
#include "analyzer/trace/header_reader.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

struct Found {
    std::string path;
    format::Header header;
};

std::vector<Found> candidates(const std::string& pattern, std::uint64_t since_ns) {
    std::vector<Found> found;
    std::error_code error;
    for (const std::string& path : find_named_by(pattern)) {
        if (!fs::is_regular_file(path, error)) continue;
        try {
            const format::Header header = read_header(FileSource(path));
            if (header.start_realtime_ns >= since_ns && header.snapshot_realtime_ns == 0)
                found.push_back({path, header});
        } catch (const Error&) {
            continue;  // somebody else's file
        }
    }
    std::sort(found.begin(), found.end(),
              [](const Found& a, const Found& b) { return a.header.start_realtime_ns < b.header.start_realtime_ns; });
    return found;
}

}  // namespace

std::vector<WrittenTrace> list_written_traces(const std::string& pattern, pid_t pid, std::uint64_t since_ns) {
    std::vector<WrittenTrace> traces;
    std::set<std::uint32_t> family{static_cast<std::uint32_t>(pid)};
    for (const Found& found : candidates(pattern, since_ns)) {
        const bool own = found.header.pid == static_cast<std::uint32_t>(pid);
        if (!own && !family.contains(found.header.parent_pid)) continue;
        family.insert(found.header.pid);
        traces.push_back({found.path, static_cast<pid_t>(found.header.pid)});
    }
    return traces;
}

WrittenTraces find_written_traces(const std::string& pattern, pid_t pid, std::uint64_t since_ns) {
    WrittenTraces traces;
    for (WrittenTrace& trace : list_written_traces(pattern, pid, since_ns)) {
        (trace.pid == pid ? traces.own : traces.children).push_back(std::move(trace.path));
    }
    return traces;
}

// A folder with directives may be made by the time that they are known.
std::string unwritable_place(const std::string& pattern) {
    const std::string named = fs::path(pattern).parent_path().string();
    const NamePattern whole(named, false);
    const std::string* folder = whole.only();
    if (!folder || ::access(folder->c_str(), W_OK | X_OK) == 0) return "";
    return *folder + ": " + std::strerror(errno);
}

std::string absolute_pattern(const std::string& given) {
    std::error_code problem;
    const bool is_folder = fs::is_directory(given, problem);
    std::string pattern = is_folder ? literal_pattern(given) : given;
    if (is_folder || given.ends_with('/')) pattern += (given.ends_with('/') ? "" : "/") + std::string("%n.%p.dregs");
    if (pattern.starts_with('/')) return pattern;
    std::error_code error;
    const std::string folder = literal_pattern(fs::current_path(error).string());
    return folder + "/" + (pattern.starts_with("./") ? pattern.substr(2) : pattern);
}

}  // namespace dregs
