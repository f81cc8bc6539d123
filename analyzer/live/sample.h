// One reading of a trace for the live view: everything that is shown of it, and nothing that needs the trace again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analyzer/analysis/profile.h"

namespace dregs {

struct LiveRow {
    std::string key;   // of the site: the same in every reading
    std::string text;  // escaped, and different for different sites
    std::string short_text;
    std::string scope;
    std::uint64_t blocks = 0;
    std::uint64_t bytes = 0;
    std::uint64_t outlived = 0;
    std::uint32_t top_stack = 0;
};

struct LiveKind {
    std::string key;   // the same in every reading
    std::string name;  // escaped and indented by its depth
    std::uint64_t entered = 0;
    std::uint64_t open = 0;
    std::uint64_t survivors = 0;
    std::uint64_t blocks = 0;
};

struct LiveSample {
    double seconds = 0;  // of a clock that never goes back
    std::string title;   // "server, pid 4711, running for 12 s"
    std::string lost;    // one line, also when it is nothing
    bool running = false;
    bool sampled = false;  // the numbers are estimates
    std::uint64_t blocks = 0;
    std::uint64_t bytes = 0;
    std::uint64_t alloc_calls = 0;
    std::uint64_t free_calls = 0;
    std::vector<LiveRow> rows;
    std::vector<LiveKind> kinds;
};

LiveSample take_sample(Profile& profile, double seconds);

// The frames of a row's stack, outwards, escaped: for the row that somebody looks at.
std::vector<std::string> stack_lines(Profile& profile, const LiveRow& row);

}  // namespace dregs
