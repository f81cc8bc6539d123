// What a trace's header says by itself: who wrote it, when, and whether that process still runs. No table is gone
// through.
#pragma once

#include <cstdint>
#include <string>

#include "analyzer/trace/byte_source.h"
#include "analyzer/trace/process_status.h"

namespace dregs {

struct TraceSummary {
    std::uint32_t pid = 0;  // as it is known here where that was given
    std::string program;    // its path
    Liveness liveness = Liveness::kEnded;
    std::uint64_t start_realtime_ns = 0;
};

// `pid` as for process_status. Throws Error for what is no trace.
TraceSummary summarize(const FileSource& source, std::uint32_t pid = 0);

}  // namespace dregs
