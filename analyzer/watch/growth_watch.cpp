// See growth_watch.h.
#include "analyzer/watch/growth_watch.h"

namespace dregs {
namespace {

constexpr std::uint64_t kRestAfterReading = 19;  // times as long as the reading took

std::uint64_t growth(std::uint64_t now, std::uint64_t base) { return now > base ? now - base : 0; }

bool passes(const Tally& now, const Tally& base, const GrowthLimit& limit) {
    return (limit.blocks != 0 && growth(now.blocks, base.blocks) >= limit.blocks) ||
           (limit.bytes != 0 && growth(now.bytes, base.bytes) >= limit.bytes);
}

}  // namespace

// As if nothing that was allocated since had been freed.
bool GrowthWatch::may_have_grown(const HeapCounters& counters) const {
    Tally most = last_;
    most += {growth(counters.allocs, counted_.allocs), growth(counters.bytes, counted_.bytes)};
    return (limit_.bytes != 0 && !counters.tell_bytes) || passes(most, base_, limit_);
}

Tally GrowthWatch::live(const HeapCounters& counters, Clock clock, Measure measure) {
    if (limit_.bytes == 0 && counters.tell_live) return {growth(counters.allocs, counters.frees), 0};
    const std::uint64_t begin = clock();
    last_ = measure();
    counted_ = counters;
    const std::uint64_t end = clock();
    next_ns_ = end + (end - begin) * kRestAfterReading;
    return last_;
}

bool GrowthWatch::reached(const HeapCounters& counters, Clock clock, Measure measure) {
    if (!limit_.set() || !may_have_grown(counters) || clock() < next_ns_) return false;
    return passes(live(counters, clock, measure), base_, limit_);
}

void GrowthWatch::restart(const HeapCounters& counters, Clock clock, Measure measure) {
    if (limit_.set()) base_ = live(counters, clock, measure);
}

}  // namespace dregs
