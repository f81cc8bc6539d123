// See rounded_parts.h.
#include "analyzer/analysis/rounded_parts.h"

#include <cmath>

namespace dregs {
namespace {

constexpr double kExact = 9007199254740992.0;  // 2^53: beyond, a double has no halves to hand on

// `part` is not negative, so nor is what comes out.
std::uint64_t whole_part(double part, double& handed_on) {
    if (!(part < kExact)) return Estimate({}, {part, 0, 0, 0}).blocks();
    const double wanted = part + handed_on;
    const double whole = std::floor(wanted + 0.5);
    handed_on = wanted - whole;
    return static_cast<std::uint64_t>(whole);
}

}  // namespace

Tally RoundedParts::next(const Estimate& part) {
    return {saturating_add(part.recorded().blocks, whole_part(part.unsampled().blocks, blocks_)),
            saturating_add(part.recorded().bytes, whole_part(part.unsampled().bytes, bytes_))};
}

}  // namespace dregs
