// See trace_text.h.
#include "analyzer/output/trace_text.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>

#include <ctime>
#include <sstream>

#include "analyzer/output/escape.h"
#include "analyzer/output/estimate_text.h"
#include "analyzer/output/human.h"

namespace dregs {
namespace {

std::string local_time(std::uint64_t realtime_ns) {
    const auto seconds = static_cast<std::time_t>(realtime_ns / 1'000'000'000);
    struct tm parts {};
    char text[64] = {};
    if (!::localtime_r(&seconds, &parts) || std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &parts) == 0) {
        return "an unknown time";
    }
    return text;
}

std::string snapshot_text(const Profile& profile) {
    const format::Header& header = profile.trace().header();
    const std::string label = escape_text(profile.trace().string(header.snapshot_label));
    const bool still = (header.snapshot_flags & format::kSnapshotConsistent) != 0;
    return absl::StrCat("snapshot of ", local_time(header.snapshot_realtime_ns), label.empty() ? "" : " ", label, ", ",
                        human_duration(profile.now_cs()), " after its start, ",
                        still ? "while it stood still" : "while it ran");
}

std::string liveness_text(const Profile& profile) {
    const Trace& trace = profile.trace();
    switch (profile.status().liveness) {
        case Liveness::kRunning:
            return absl::StrCat("running for ", human_duration(profile.now_cs()));
        case Liveness::kExited:
            return "exited";
        case Liveness::kEnded:
            return "ended without exit handlers (killed, aborted, _exit or exec)";
        case Liveness::kReplaced:
            return "replaced by exec: the trace ends there";
        case Liveness::kElsewhere:
            return absl::StrCat("of host ", escape_text(trace.string(trace.header().host)),
                                ": whether it still runs cannot be seen from here");
        case Liveness::kSnapshot:
            return snapshot_text(profile);
        case Liveness::kImported:
            return "imported";
    }
    return "";
}

std::string program_name(const Trace& trace) {
    const std::string_view program = trace.string(trace.header().program);
    if (!program.empty()) return escape_text(display_name(program));
    return "a program without a name";
}

class LossList {
  public:
    void add(std::uint64_t count, const char* singular, const char* plural) {
        if (count != 0) parts_.push_back(human_plural(count, singular, plural));
    }
    void add_text(std::string text) { parts_.push_back(std::move(text)); }
    const std::vector<std::string>& parts() const { return parts_; }

  private:
    std::vector<std::string> parts_;
};

// What is missing from, or wrong in, the numbers above.
LossList list_losses(const Loss& loss) {
    LossList list;
    if (loss.unrecorded_allocs != 0) {
        list.add_text(absl::StrCat(human_plural(loss.unrecorded_allocs, "allocation", "allocations"), " not recorded (",
                                   human_bytes(loss.unrecorded_bytes), ")"));
    }
    list.add(loss.truncated_stacks, "stack not whole", "stacks not whole");
    list.add(loss.unknown_frees, "free of an unknown block", "frees of unknown blocks");
    list.add(loss.lost_frees, "free not recorded", "frees not recorded");
    list.add(loss.unseen_frees, "block whose free was not seen", "blocks whose frees were not seen");
    list.add(loss.lost_markers, "scope mark not recorded", "scope marks not recorded");
    list.add(loss.unrecorded_releases, "release not in the ledger", "releases not in the ledger");
    list.add(loss.damaged_blocks, "damaged entry left out", "damaged entries left out");
    return list;
}

LossList list_remarks(const Loss& loss) {
    LossList list;
    list.add(loss.inherited_frees, "block inherited from the parent process was freed",
             "blocks inherited from the parent process were freed");
    list.add(loss.bad_leaves, "leave of a scope that was not open", "leaves of scopes that were not open");
    list.add(loss.bad_markers, "mark with a stale handle", "marks with stale handles");
    list.add(loss.in_flux_blocks, "entry was changing while the trace was read",
             "entries were changing while the trace was read");
    if (loss.imbalance != 0) {
        list.add_text(absl::StrCat("the counters expect ", human_delta(loss.imbalance),
                                   " live blocks against those in the table"));
    }
    for (const std::string& note : loss.notes) list.add_text(escape_text(note));
    return list;
}

}  // namespace

std::string trace_title(const Profile& profile) {
    const Trace& trace = profile.trace();
    std::string title = program_name(trace);
    if (trace.header().pid != 0) absl::StrAppend(&title, ", pid ", trace.header().pid);
    if (trace.header().forked != 0) absl::StrAppend(&title, " (a fork of ", trace.header().parent_pid, ")");
    return absl::StrCat(title, ", ", liveness_text(profile));
}

void print_headline(std::ostream& out, const Profile& profile, const Palette& palette) {
    const Totals& totals = profile.totals();
    const bool sampled = profile.sample_bytes() != 0;
    std::string text = absl::StrCat(
        trace_title(profile), ": ", count_text(totals.live, sampled, "live block", "live blocks"), ", ",
        bytes_text(totals.live, sampled), " (", human_plural(totals.alloc_calls, "allocation", "allocations"), ", ",
        sampled ? "about " : "", human_plural(totals.free_calls, "free", "frees"), ")");
    if (totals.pooled.blocks() != 0) {
        absl::StrAppend(&text, "; of these ", human_count(totals.pooled.blocks()), " in pools");
    }
    print_flowing(out, palette, &Palette::bold, text);
    if (sampled) out << sampling_text(profile.sample_bytes()) << '\n';
    out << '\n';
}

// "limit passed: all live bytes, packet; 12 allocations were made to fail"
void print_limits(std::ostream& out, const Totals& totals, const Palette& palette) {
    if (totals.passed_limits.empty() && totals.refused_allocs == 0) return;
    std::vector<std::string> names;
    for (const std::string& name : totals.passed_limits) names.push_back(name.empty() ? "all live bytes" : name);
    std::string text = absl::StrCat("limit passed: ", escape_text(absl::StrJoin(names, ", ")));
    if (totals.refused_allocs != 0) {
        absl::StrAppend(&text, "; ", human_plural(totals.refused_allocs, "allocation was", "allocations were"),
                        " made to fail");
    }
    out << palette.yellow(text) << '\n';
}

void print_losses(std::ostream& out, const Profile& profile, const Palette& palette) {
    print_limits(out, profile.totals(), palette);
    const LossList losses = list_losses(profile.loss());
    if (losses.parts().empty()) {
        // A note may be of blocks that never came by here.
        const bool noted = !profile.loss().notes.empty();
        out << palette.dim(noted ? "nothing that was seen was lost" : "nothing was lost") << '\n';
    } else {
        print_flowing(out, palette, &Palette::yellow, "lost: " + absl::StrJoin(losses.parts(), ", "));
    }
    if (const Estimate& suppressed = profile.totals().suppressed; suppressed.blocks() != 0) {
        print_flowing(out, palette, &Palette::dim,
                      absl::StrCat("note: ", human_plural(suppressed.blocks(), "block", "blocks"), " (",
                                   human_bytes(suppressed.bytes()),
                                   ") of the C library's own buffers left out: --no-suppressions counts them"));
    }
    const LossList remarks = list_remarks(profile.loss());
    for (const std::string& remark : remarks.parts()) print_flowing(out, palette, &Palette::dim, "note: " + remark);
}

std::vector<std::string> loss_lines(const Profile& profile) {
    std::ostringstream text;
    print_losses(text, profile, {});
    return absl::StrSplit(text.str(), '\n', absl::SkipEmpty());
}

}  // namespace dregs
