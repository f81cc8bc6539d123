// A list of traces, as `dregs ls` prints it.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "analyzer/output/text_table.h"
#include "analyzer/trace/trace_summary.h"

namespace dregs {

struct ListedTrace {
    TraceSummary summary;
    std::string file;
    std::uint64_t stored_bytes = 0;            // on disk: holes are none
    std::optional<std::uint64_t> live_blocks;  // where the counters tell
};

// `now_ns`: CLOCK_REALTIME, from which ages are told.
void print_traces_text(std::ostream& out, const std::vector<ListedTrace>& traces, std::uint64_t now_ns,
                       Palette palette);
void print_traces_json(std::ostream& out, const std::vector<ListedTrace>& traces, std::uint64_t now_ns);

}  // namespace dregs
