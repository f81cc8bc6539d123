// See process_status.h.
#include "analyzer/trace/process_status.h"

#include <absl/strings/str_cat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>

#include "analyzer/trace/process_maps.h"
#include "analyzer/trace/trace_liveness.h"

namespace dregs {
namespace {

// The 3rd field of /proc/PID/stat (state) and the 22nd (start, in clock ticks since boot). The 2nd, the name, may hold
// anything, parentheses too: count from the last one.
struct Stat {
    char state;
    std::uint64_t start_ticks;
};

std::optional<Stat> read_stat(std::uint32_t pid) {
    std::ifstream file(absl::StrCat("/proc/", pid, "/stat"));
    std::string line;
    if (!std::getline(file, line)) return std::nullopt;
    const std::size_t name_end = line.rfind(')');
    if (name_end == std::string::npos || name_end + 2 >= line.size()) return std::nullopt;
    std::istringstream fields(line.substr(name_end + 2));
    Stat stat{'?', 0};
    fields >> stat.state;
    constexpr int kStart = 22;
    std::string skipped;
    for (int field = 4; field < kStart; ++field) fields >> skipped;
    fields >> stat.start_ticks;
    return fields ? std::optional(stat) : std::nullopt;
}

// A process that began after the trace did is another one that was given the same pid.
bool began_before(const Stat& stat, std::uint64_t boottime_ns) {
    const auto ticks = static_cast<std::uint64_t>(std::max(1L, ::sysconf(_SC_CLK_TCK)));
    const std::uint64_t tick_ns = 1'000'000'000 / ticks;
    return stat.start_ticks <= boottime_ns / tick_ns + 1;
}

bool other_host(std::string_view host) {
    char name[256] = {};
    return !host.empty() && ::gethostname(name, sizeof(name) - 1) == 0 && host != name;
}

// The same file by identity; or, for a copy of a trace and on file systems whose device numbers differ between stat and
// maps, by the name the process gave it.
bool maps_trace(const std::vector<SharedMapping>& mappings, std::string_view output, const FileSource& source) {
    return std::any_of(mappings.begin(), mappings.end(), [&](const SharedMapping& mapping) {
        return (mapping.device == source.device() && mapping.inode == source.inode()) || mapping.path == output;
    });
}

}  // namespace

Liveness trace_liveness(const format::Header& header, const WriterNames& names, const FileSource& source,
                        std::uint32_t pid) {
    if (header.snapshot_realtime_ns != 0) return Liveness::kSnapshot;
    if (header.writer == format::Writer::kImport || header.writer == format::Writer::kMerge) return Liveness::kImported;
    const Liveness over = header.state == format::ProcessState::kExited ? Liveness::kExited : Liveness::kEnded;
    const auto stat = read_stat(pid);
    const bool alive = stat && stat->state != 'Z' && stat->state != 'X';
    const auto mappings = alive ? shared_mappings(pid) : std::nullopt;
    if (mappings && maps_trace(*mappings, names.output, source)) return Liveness::kRunning;
    if (other_host(names.host)) return over == Liveness::kExited ? over : Liveness::kElsewhere;
    if (!alive || !began_before(*stat, header.start_boottime_ns)) return over;
    if (!mappings) return Liveness::kRunning;  // not ours to look at, but it is the process
    return over == Liveness::kExited ? over : Liveness::kReplaced;
}

bool ProcessStatus::has_task(std::uint32_t tid) const { return std::binary_search(tasks.begin(), tasks.end(), tid); }

ProcessStatus process_status(const Trace& trace, const FileSource& source, std::uint32_t pid) {
    ProcessStatus status;
    status.pid = pid != 0 ? pid : trace.header().pid;
    const format::Header& header = trace.header();
    const WriterNames names{trace.string(header.host), trace.string(header.output)};
    status.liveness = trace_liveness(header, names, source, status.pid);
    if (status.running()) status.tasks = list_tasks(status.pid);
    return status;
}

const char* liveness_word(Liveness liveness) {
    switch (liveness) {
        case Liveness::kRunning:
            return "running";
        case Liveness::kExited:
            return "exited";
        case Liveness::kEnded:
            return "ended";
        case Liveness::kReplaced:
            return "replaced";
        case Liveness::kElsewhere:
            return "elsewhere";
        case Liveness::kSnapshot:
            return "snapshot";
        case Liveness::kImported:
            return "imported";
    }
    return "unknown";
}

}  // namespace dregs
