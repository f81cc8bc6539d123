// See watched_process.h.
#include "analyzer/watch/watched_process.h"

#include <absl/strings/str_cat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "analyzer/trace/clock.h"
#include "analyzer/trace/process_maps.h"

namespace dregs {
namespace {

std::uint64_t monotonic_ns() { return clock_ns(CLOCK_MONOTONIC); }

}  // namespace

WatchedProcess::WatchedProcess(const WatchTarget& target, const SnapshotPlan& plan)
    : target_(target),
      source_(target.trace),
      by_rss_(plan.rss_bytes != 0),
      growth_(plan.growth),
      rss_(plan.rss_bytes),
      series_(target.name, plan.keep) {}

bool WatchedProcess::runs() const {
    const auto mappings = shared_mappings(target_.pid);
    // Device numbers differ between stat and maps on some file systems.
    return mappings && std::any_of(mappings->begin(), mappings->end(), [&](const SharedMapping& mapping) {
               const bool same_place = mapping.device == source_.device() || mapping.path == target_.trace;
               return same_place && mapping.inode == source_.inode();
           });
}

void WatchedProcess::begin_here() {
    growth_.restart(read_counters(source_), monotonic_ns, [&] { return measure_live(source_); });
}

std::optional<SnapshotReason> WatchedProcess::look() {
    const HeapCounters counters = read_counters(source_);
    if (growth_.reached(counters, monotonic_ns, [&] { return measure_live(source_); })) return SnapshotReason::kGrowth;
    if (by_rss_ && rss_.passed(resident_bytes())) return SnapshotReason::kRss;
    return std::nullopt;
}

std::string WatchedProcess::take(SnapshotReason reason, bool at_rest) {
    begin_here();  // also after a failure: the next attempt comes with the next growth
    return series_.take(source_, reason, at_rest);
}

// The second number of statm, in pages. 0 when the process is gone.
std::uint64_t WatchedProcess::resident_bytes() const {
    std::ifstream statm(absl::StrCat("/proc/", target_.pid, "/statm"));
    std::uint64_t all = 0, resident = 0;
    statm >> all >> resident;
    return statm ? resident * static_cast<std::uint64_t>(std::max(0L, ::sysconf(_SC_PAGESIZE))) : 0;
}

}  // namespace dregs
