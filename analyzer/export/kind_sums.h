// What the trace counted of each kind of scope, all threads together.
#pragma once

#include <cstdint>
#include <vector>

#include "analyzer/trace/trace.h"

namespace dregs {

struct KindSums {
    std::uint32_t kind = 0;
    std::uint32_t parent = 0;  // kind its first instance was in; 0: none
    std::uint64_t entered = 0;
    std::uint64_t left = 0;
    std::uint64_t clean = 0;  // of those, ended with nothing live
};

// By number; without kind 0, "no scope".
std::vector<KindSums> sum_kinds(const Trace& trace);

}  // namespace dregs
