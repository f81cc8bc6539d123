// See counters.h.
#include "analyzer/analysis/counters.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace dregs {
namespace {

const char* note_text(format::NoteCode code) {
    switch (code) {
        case format::NoteCode::kGrowthFailed:
            return "the trace could not grow";
        case format::NoteCode::kTableFull:
            return "a table is full";
        case format::NoteCode::kModulesFull:
            return "too many modules were loaded: some have no names";
        case format::NoteCode::kForeignMalloc:
            return "the program brings its own malloc, which is called in place of ours: its blocks are not seen";
        case format::NoteCode::kSnapshotFailed:
            return "a snapshot the program asked for failed";
        case format::NoteCode::kOwnScope:
            return "a library was loaded with RTLD_DEEPBIND or into a namespace: what it allocates is most likely not "
                   "seen";
        case format::NoteCode::kLimitIgnored:
            return "limits were not watched: a sample does not know how much is live";
        default:
            return "a note this dregs does not know";
    }
}

// What became of the file, where its path could not be opened again.
const char* reopen_problem(std::int32_t error) {
    switch (error) {
        case ENOENT:
            return "its file is not where it was, ";
        case ELOOP:
        case ESTALE:
        case EISDIR:
        case ENXIO:
            return "something else stands where its file was, ";
        case EACCES:
            return "the process may not open its file any more, ";
        default:
            return "";
    }
}

std::string describe(const Trace& trace, const format::Note& note) {
    std::string text = note_text(note.code);
    if (note.detail != 0) absl::StrAppend(&text, " (", std::string(trace.string(note.detail)), ")");
    const bool grew = note.code == format::NoteCode::kGrowthFailed;
    if (note.error != 0)
        absl::StrAppend(&text, ": ", grew ? reopen_problem(note.error) : "", std::strerror(note.error));
    if (note.count > 1) absl::StrAppend(&text, ", ", note.count, " times");
    return text;
}

std::string describe_unwatched(const Trace& trace, const format::Module& module) {
    const std::string path(trace.string(module.path));
    return absl::StrCat("the unloading of ", path.empty() ? "a module without a name" : path,
                        " would not be noticed: its names may stand for what came after it");
}

std::string describe_untraced(const format::Header& header) {
    const std::uint32_t forks = header.untraced_forks;
    return absl::StrCat(forks, forks == 1 ? " forked process" : " forked processes",
                        " could make no trace: ", std::strerror(header.untraced_error),
                        "; --output may name a folder that they can write to");
}

void add_thread(const format::ThreadCounters& thread, Loss& loss) {
    loss.unrecorded_allocs += thread.unrecorded_allocs;
    loss.unrecorded_bytes += thread.unrecorded_bytes;
    loss.truncated_stacks += thread.cut_stacks;
    loss.unknown_frees += thread.unknown_frees;
    loss.inherited_frees += thread.inherited_frees;
    loss.unseen_frees += thread.replaced_blocks;
    loss.lost_markers += thread.lost_markers;
    loss.unrecorded_releases += thread.unrecorded_releases;
    loss.bad_leaves += thread.bad_leaves;
    loss.bad_markers += thread.bad_markers;
}

// How many blocks may be between a counter and the table: one for each thread that could be cut off in the middle. The
// thread that runs the exit handlers is not.
std::uint64_t threads_cut_off(const Trace& trace) {
    std::uint64_t threads = 0;
    for (const format::ThreadCounters& thread : trace.threads()) threads += thread.tid != 0;
    const bool exited = trace.header().state == format::ProcessState::kExited;
    return exited && threads > 0 ? threads - 1 : threads;
}

// Each recorded allocation is live, freed, or replaced by another at its address. A sampled trace counts all
// allocations but the frees of recorded blocks only: nothing to compare.
std::int64_t imbalance_of(const Trace& trace, const Totals& totals, const Loss& loss, const LiveSet& live) {
    if (totals.sample_bytes != 0) return 0;
    const std::uint64_t expected = totals.alloc_calls - totals.free_calls - loss.unseen_frees;
    auto imbalance = static_cast<std::int64_t>(expected - live.heap().blocks());
    // Frees of pool blocks that were not seen stand in the same counter.
    if (imbalance < 0 && totals.pool_allocs > 0) {
        imbalance = std::min<std::int64_t>(0, imbalance + static_cast<std::int64_t>(loss.unseen_frees));
    }
    const auto slack = static_cast<std::int64_t>(threads_cut_off(trace));
    return imbalance >= -slack && imbalance <= slack ? 0 : imbalance;
}

// Suppressed blocks count as if they had never been allocated. In a sampled trace they are an estimate, which would
// spoil a count that is exact; the frees are what the others leave.
void make_calls_agree(Totals& totals) {
    if (totals.sample_bytes != 0) {
        totals.free_calls = totals.alloc_calls - std::min(totals.alloc_calls, totals.heap.blocks());
        return;
    }
    totals.alloc_calls -= std::min(totals.alloc_calls, totals.suppressed.blocks());
    totals.alloc_bytes -= std::min(totals.alloc_bytes, totals.suppressed.bytes());
}

}  // namespace

Totals sum_totals(const Trace& trace, const LiveSet& live) {
    Totals totals;
    totals.live = live.total();
    totals.heap = live.heap();
    totals.pooled = live.pooled();
    totals.suppressed = live.suppressed();
    for (const format::ThreadCounters& thread : trace.threads()) {
        totals.alloc_calls += thread.alloc_calls;
        totals.alloc_bytes += thread.alloc_bytes;
        totals.free_calls += thread.free_calls;
        totals.pool_allocs += thread.pool_allocs;
        totals.pool_frees += thread.pool_frees;
    }
    totals.sample_bytes = trace.header().sample_bytes;
    totals.refused_allocs = trace.header().refused_allocs;
    for (const format::Note& note : trace.notes()) {
        if (note.code == format::NoteCode::kLimitPassed) totals.passed_limits.emplace_back(trace.string(note.detail));
    }
    make_calls_agree(totals);
    return totals;
}

Loss sum_loss(const Trace& trace, const LiveSet& live, bool at_rest) {
    Loss loss;
    const format::Header& header = trace.header();
    loss.unrecorded_allocs = header.lost_allocs;
    loss.unrecorded_bytes = header.lost_alloc_bytes;
    loss.lost_frees = header.lost_frees;
    loss.lost_markers = header.lost_markers;
    for (const format::ThreadCounters& thread : trace.threads()) add_thread(thread, loss);
    loss.untraced_forks = header.untraced_forks;
    if (header.untraced_forks != 0) loss.notes.push_back(describe_untraced(header));
    loss.damaged_blocks = trace.damage().damaged + live.damaged().blocks;
    loss.in_flux_blocks = trace.damage().in_flux;
    if (at_rest) loss.imbalance = imbalance_of(trace, sum_totals(trace, live), loss, live);
    for (const format::Module& module : trace.modules()) {
        if ((module.flags & format::kModuleUnwatched) != 0) loss.notes.push_back(describe_unwatched(trace, module));
    }
    for (const format::Note& note : trace.notes()) {
        const bool tells_loss = note.code != format::NoteCode::kNone && note.code != format::NoteCode::kLimitPassed;
        if (tells_loss) loss.notes.push_back(describe(trace, note));
    }
    return loss;
}

}  // namespace dregs
