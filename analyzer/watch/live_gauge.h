// How much is live in a trace that is being written, asked ten times a second from outside.
//
// The counters of the trace's threads are cheap: they tell live blocks where every block is recorded and none is in a
// pool. Bytes, samples and pools take reading all blocks (some ten milliseconds a million). Owns the reading of both.
#pragma once

#include <cstdint>

#include "analyzer/analysis/tally.h"
#include "analyzer/trace/byte_source.h"

namespace dregs {

struct HeapCounters {
    std::uint64_t allocs = 0;  // calls, of the malloc family and of pools
    std::uint64_t bytes = 0;   // allocated by the malloc family
    std::uint64_t frees = 0;
    bool tell_live = false;   // allocs - frees is what is live
    bool tell_bytes = false;  // nothing can be live that `bytes` has not counted
};

// Both throw Error for what is no trace any more.
HeapCounters read_counters(const ByteSource& source);
Tally measure_live(const ByteSource& source);

}  // namespace dregs
