// See kind_sums.h.
#include "analyzer/export/kind_sums.h"

#include <map>

namespace dregs {

std::vector<KindSums> sum_kinds(const Trace& trace) {
    std::map<std::uint32_t, KindSums> sums;
    const auto& kinds = trace.kinds();
    for (auto kind = kinds.begin(); kind != kinds.end(); ++kind) {
        const auto number = static_cast<std::uint32_t>(kind.index());
        if (number != 0 && (*kind).name != 0) sums[number] = {{}, number, (*kind).parent};
    }
    for (const format::KindCounters& counters : trace.kind_counters()) {
        const auto known = sums.find(counters.kind);
        if (known != sums.end()) known->second.add(counters);
    }
    std::vector<KindSums> list;
    list.reserve(sums.size());
    for (const auto& [kind, sum] : sums) list.push_back(sum);
    return list;
}

}  // namespace dregs
