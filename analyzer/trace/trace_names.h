// What a trace calls things: kinds of scopes, threads, modules. For completion: its blocks and stacks are not read.
//
// Bounded: a thousand names of each sort, the first in the trace.
#pragma once

#include <set>
#include <string>

#include "analyzer/trace/byte_source.h"

namespace dregs {

struct TraceNames {
    std::set<std::string> kinds;
    std::set<std::string> threads;
    std::set<std::string> modules;  // paths
};

// Throws Error for what is no trace, or one that contradicts itself.
TraceNames read_trace_names(const ByteSource& source);

}  // namespace dregs
