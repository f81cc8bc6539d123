// See trace_list.h.
#include "analyzer/output/trace_list.h"

#include "analyzer/output/escape.h"
#include "analyzer/output/human.h"
#include "analyzer/output/json_stream.h"
#include "analyzer/symbols/frame.h"

namespace dregs {
namespace {

constexpr std::uint64_t kCentisecond = 10'000'000;

std::uint64_t age_cs(const ListedTrace& trace, std::uint64_t now_ns) {
    const std::uint64_t start = trace.summary.start_realtime_ns;
    return start != 0 && start < now_ns ? (now_ns - start) / kCentisecond : 0;
}

std::vector<std::string> cells_of(const ListedTrace& trace, std::uint64_t now_ns) {
    const std::string& program = trace.summary.program;
    return {trace.summary.pid == 0 ? "-" : std::to_string(trace.summary.pid),
            program.empty() ? "-" : escape_text(display_name(program)),
            liveness_word(trace.summary.liveness),
            human_duration(age_cs(trace, now_ns)),
            trace.live_blocks ? human_count(*trace.live_blocks) : "-",
            human_bytes(trace.stored_bytes),
            escape_text(trace.file)};
}

}  // namespace

void print_traces_text(std::ostream& out, const std::vector<ListedTrace>& traces, std::uint64_t now_ns,
                       Palette palette) {
    constexpr std::size_t kState = 2;
    TextTable table({{"pid", Align::kRight},
                     {"program", Align::kLeft},
                     {"state", Align::kLeft},
                     {"age", Align::kRight},
                     {"live", Align::kRight},
                     {"size", Align::kRight},
                     {"trace", Align::kLeft}},
                    palette);
    for (const ListedTrace& trace : traces) {
        table.add_row(cells_of(trace, now_ns));
        if (trace.summary.liveness == Liveness::kRunning) table.paint(kState, &Palette::green);
        if (trace.summary.liveness == Liveness::kEnded) table.paint(kState, &Palette::yellow);
    }
    table.print(out);
}

void print_traces_json(std::ostream& out, const std::vector<ListedTrace>& traces, std::uint64_t now_ns) {
    JsonStream json(out);
    json.begin_array("traces");
    for (const ListedTrace& trace : traces) {
        Json element{{"file", trace.file},
                     {"pid", trace.summary.pid},
                     {"program", trace.summary.program},
                     {"state", liveness_word(trace.summary.liveness)},
                     {"start_realtime_ns", trace.summary.start_realtime_ns},
                     {"age_cs", age_cs(trace, now_ns)},
                     {"live_blocks", nullptr},
                     {"stored_bytes", trace.stored_bytes}};
        if (trace.live_blocks) element["live_blocks"] = *trace.live_blocks;
        json.element(element);
    }
    json.end_array();
    json.finish();
}

}  // namespace dregs
