// What the trace counted of each kind of scope, all threads together.
#pragma once

#include <cstdint>
#include <vector>

#include "analyzer/analysis/kind_counts.h"
#include "analyzer/trace/trace.h"

namespace dregs {

struct KindSums : KindCounts {
    std::uint32_t kind = 0;
    std::uint32_t parent = 0;  // kind its first instance was in; 0: none
};

// By number; without kind 0, "no scope".
std::vector<KindSums> sum_kinds(const Trace& trace);

}  // namespace dregs
