// See profile.h.
#include "analyzer/analysis/profile.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <set>

#include "analyzer/analysis/module_image.h"
#include "analyzer/trace/clock.h"

namespace dregs {
namespace {

constexpr std::uint64_t kNsInCs = 10'000'000;

std::uint32_t cs_between(std::uint64_t start_ns, std::uint64_t end_ns) {
    return end_ns > start_ns ? static_cast<std::uint32_t>((end_ns - start_ns) / kNsInCs) : 0;
}

bool at_rest(const Trace& trace, const ProcessStatus& status) {
    if (status.liveness == Liveness::kSnapshot) {
        return (trace.header().snapshot_flags & format::kSnapshotConsistent) != 0;
    }
    return status.liveness == Liveness::kExited || status.liveness == Liveness::kEnded;
}

// Allocators that hand out blocks past us, inside of what the process had.
void note_inner_allocators(const Trace& trace, std::uint32_t pid, Symbolizer& symbolizer,
                           std::vector<std::string>& notes) {
    std::set<std::string> told;
    for (const format::Module& record : trace.modules()) {
        if (record.state == format::ModuleState::kFree) continue;
        const ModuleImage module = make_module_image(trace, record, pid);
        const std::string& function = symbolizer.inner_allocator(module);
        if (function.empty() || !told.insert(module.path).second) continue;
        notes.push_back(absl::StrCat(module.path, " brings its own malloc, hidden inside it (", function,
                                     "): what that hands out is not seen"));
    }
}

}  // namespace

Profile::Profile(Trace trace, const BlockSums& sums, ProcessStatus status, NamingRoom& naming)
    : trace_(std::move(trace)),
      status_(std::move(status)),
      live_(sums, trace_),
      scopes_(trace_),
      namer_(trace_, naming.symbolizer, naming.wrappers, naming.show_wrappers, status_.running() ? status_.pid : 0),
      now_cs_(find_now()) {
    suppress(naming.suppressions);
    totals_ = sum_totals(trace_, live_);
    loss_ = sum_loss(trace_, live_, at_rest(trace_, status_));
    note_inner_allocators(trace_, status_.running() ? status_.pid : 0, naming.symbolizer, loss_.notes);
}

void Profile::suppress(const Suppressions& suppressions) {
    live_.leave_out([&](std::uint32_t stack) {
        const Frame* innermost = namer_.innermost(stack);
        return innermost && suppressions.suppresses(*innermost);
    });
}

std::uint32_t Profile::find_now() const {
    const format::Header& header = trace_.header();
    if (status_.running()) return cs_between(header.start_monotonic_ns, clock_ns(CLOCK_MONOTONIC));
    if (header.snapshot_realtime_ns != 0) return cs_between(header.start_realtime_ns, header.snapshot_realtime_ns);
    std::uint32_t latest = header.last_seen_cs;
    for (const format::Scope& scope : trace_.scopes()) {
        if (format::scope_state(scope.status) != format::ScopeState::kFree) latest = std::max(latest, scope.begin_cs);
    }
    return latest;
}

const std::string& Profile::kind_name(std::uint32_t kind) {
    auto& name = kind_names_[kind];
    if (!name) name = std::make_unique<std::string>(scopes_.kind_name(kind));
    return *name;
}

std::string Profile::thread_name(const ScopeFacts& facts) const {
    if (facts.tid == 0) return "unknown thread";
    const std::string name(trace_.string(facts.thread_name));
    return name.empty() ? absl::StrCat("thread ", facts.tid) : absl::StrCat(name, " (", facts.tid, ")");
}

}  // namespace dregs
