// Reads a whole trace, live or dead, in the order that makes a live one right.
//
// The one entry for everybody: commands, tests and the fuzzer. Call tree:
//   load_trace -> read_header -> releases, ScopeMoments (before) -> read_blocks -> Trace (all tables, after)
#pragma once

#include "analyzer/trace/block.h"
#include "analyzer/trace/trace.h"

namespace dregs {

// Each live block goes to `sink` once. Throws Error for what is no trace, TraceError for one that contradicts itself.
Trace load_trace(const ByteSource& source, BlockSink sink, const Progress& progress = {});

// The blocks alone, once more: of a live trace those of another moment.
void read_blocks_again(const ByteSource& source, BlockSink sink);

}  // namespace dregs
