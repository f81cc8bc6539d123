// Has a process's heap grown by so much since the last snapshot?
//
// Owns when it is worth the cost to read all blocks: not before as much was allocated as is missing to the limit, and
// never for more than a twentieth of the time. Pure: reading is the caller's.
#pragma once

#include <absl/functional/function_ref.h>

#include <cstdint>

#include "analyzer/watch/amount.h"
#include "analyzer/watch/live_gauge.h"

namespace dregs {

class GrowthWatch {
  public:
    using Measure = absl::FunctionRef<Tally()>;
    using Clock = absl::FunctionRef<std::uint64_t()>;  // nanoseconds

    explicit GrowthWatch(GrowthLimit limit) : limit_(limit) {}

    bool reached(const HeapCounters& counters, Clock clock, Measure measure);
    // A snapshot was taken: growth begins anew from what is live now.
    void restart(const HeapCounters& counters, Clock clock, Measure measure);

  private:
    Tally live(const HeapCounters& counters, Clock clock, Measure measure);
    bool may_have_grown(const HeapCounters& counters) const;

    GrowthLimit limit_;
    Tally base_;                 // at the last snapshot
    Tally last_;                 // when all blocks were read last
    HeapCounters counted_;       // and what had been allocated then
    std::uint64_t next_ns_ = 0;  // not to be read again before
};

}  // namespace dregs
