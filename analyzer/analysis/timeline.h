// In which order traces follow each other, and when each was: what `diff` makes of the files it is given.
//
// Traces of one process have moments, and a trace that is no snapshot is its last state. Traces of several processes,
// and imported ones, have none that could be compared: they stay in the order given, one step apart. Pure.
#pragma once

#include <absl/types/span.h>

#include <cstddef>
#include <vector>

#include "analyzer/analysis/profile.h"

namespace dregs {

struct Timeline {
    bool timed = false;              // all of one process
    bool reordered = false;          // the newest was given before the oldest
    std::vector<std::size_t> order;  // indices into what was given, oldest first
};

Timeline order_traces(absl::Span<const format::Header> headers);

// When the profile's trace was as it is, in nanoseconds of CLOCK_REALTIME; of an ended process when it was last seen.
std::uint64_t moment_of(const Profile& profile);

}  // namespace dregs
