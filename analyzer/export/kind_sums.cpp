// See kind_sums.h.
#include "analyzer/export/kind_sums.h"

#include <map>

#include "analyzer/analysis/tally.h"

namespace dregs {

std::vector<KindSums> sum_kinds(const Trace& trace) {
    std::map<std::uint32_t, KindSums> sums;
    const auto& kinds = trace.kinds();
    for (auto kind = kinds.begin(); kind != kinds.end(); ++kind) {
        const auto number = static_cast<std::uint32_t>(kind.index());
        if (number != 0 && (*kind).name != 0) sums[number] = {number, (*kind).parent, 0, 0, 0};
    }
    for (const format::KindCounters& counters : trace.kind_counters()) {
        const auto known = sums.find(counters.kind);
        if (known == sums.end()) continue;
        known->second.entered = saturating_add(known->second.entered, counters.entered);
        known->second.left = saturating_add(known->second.left, counters.left);
        known->second.clean = saturating_add(known->second.clean, counters.clean);
    }
    std::vector<KindSums> list;
    list.reserve(sums.size());
    for (const auto& [kind, sum] : sums) list.push_back(sum);
    return list;
}

}  // namespace dregs
