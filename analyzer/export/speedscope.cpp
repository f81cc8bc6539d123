// See speedscope.h.
#include "analyzer/export/speedscope.h"

#include <absl/strings/str_join.h>

#include <algorithm>

#include "analyzer/analysis/tally.h"
#include "analyzer/export/frame_label.h"
#include "analyzer/export/numbered_stacks.h"
#include "analyzer/export/trace_remarks.h"
#include "analyzer/output/json_stream.h"

namespace dregs {
namespace {

constexpr char kSchema[] = "https://www.speedscope.app/file-format-schema.json";

void write_samples(std::ostream& out, const NumberedStacks& stacks) {
    for (std::size_t i = 0; i < stacks.size(); ++i) {
        const auto frames = stacks.frames(i);
        out << (i == 0 ? "\n[" : ",\n[");
        for (std::size_t at = frames.size(); at-- > 0;) out << frames[at] << (at == 0 ? "" : ",");
        out << ']';
    }
}

void write_profile(std::ostream& out, const NumberedStacks& stacks, Measure measure) {
    const bool bytes = measure == Measure::kBytes;
    out << R"({"type":"sampled","name":")" << (bytes ? "live bytes" : "live blocks") << R"(","unit":")"
        << (bytes ? "bytes" : "none") << R"(","startValue":0,"samples":[)";
    write_samples(out, stacks);
    out << "],\n\"weights\":[";
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < stacks.size(); ++i) {
        const std::uint64_t value = measured(stacks.held(i), measure);
        out << (i == 0 ? "" : ",") << value;
        total = saturating_add(total, value);
    }
    out << "],\"endValue\":" << total << '}';
}

Json speedscope_frame(const Frame& frame) {
    Json json{{"name", frame_label(frame)}};
    if (!frame.file.empty()) json["file"] = frame.file;
    if (frame.file.empty() && !frame.module.empty()) json["file"] = frame.module;
    if (frame.line > 0) json["line"] = frame.line;
    if (frame.column > 0) json["col"] = frame.column;
    return json;
}

void write_frames(std::ostream& out, const FrameTable& table) {
    for (std::size_t i = 0; i < table.frames().size(); ++i) {
        out << (i == 0 ? "\n" : ",\n") << json_text(speedscope_frame(*table.frames()[i]));
    }
}

}  // namespace

void write_speedscope(std::ostream& out, Profile& profile, const ExportOptions& options) {
    StackWalk walk(profile, options);
    const NumberedStacks stacks(walk);
    const bool bytes_first = options.measure == Measure::kBytes;
    out << R"({"$schema":")" << kSchema << R"(","exporter":"dregs","name":)"
        << json_text(absl::StrJoin(trace_remarks(profile), "; ")) << ",\n\"activeProfileIndex\":" << bytes_first
        << ",\n\"profiles\":[";
    write_profile(out, stacks, Measure::kBlocks);
    out << ",\n";
    write_profile(out, stacks, Measure::kBytes);
    out << "],\n\"shared\":{\"frames\":[";
    write_frames(out, stacks.table());
    out << "]}}\n";
}

}  // namespace dregs
