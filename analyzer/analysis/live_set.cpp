// See live_set.h.
#include "analyzer/analysis/live_set.h"

#include <algorithm>
#include <tuple>

namespace dregs {

void BlockSums::add(const LiveBlock& block) {
    const Tally one{1, block.bytes};
    cells_[std::uint64_t{block.stack} << 32 | block.scope] += one;
    (block.pooled ? pooled_ : heap_) += one;
}

LiveSet::LiveSet(const BlockSums& sums, const Trace& trace) : heap_(sums.heap_), pooled_(sums.pooled_) {
    cells_.reserve(sums.cells_.size());
    for (const auto& [key, live] : sums.cells_) {
        const LiveCell cell{static_cast<std::uint32_t>(key >> 32), static_cast<std::uint32_t>(key), live};
        const bool sound = trace.has_stack(cell.stack) && trace.has_scope(cell.scope);
        (sound ? total_ : damaged_) += live;
        if (sound) cells_.push_back(cell);
    }
    std::sort(cells_.begin(), cells_.end(), [](const LiveCell& a, const LiveCell& b) {
        return std::tie(a.stack, a.scope) < std::tie(b.stack, b.scope);
    });
}

void LiveSet::leave_out(const std::function<bool(std::uint32_t stack)>& suppressed) {
    const auto kept = std::stable_partition(cells_.begin(), cells_.end(),
                                            [&](const LiveCell& cell) { return !suppressed(cell.stack); });
    for (auto cell = kept; cell != cells_.end(); ++cell) suppressed_ += cell->live;
    cells_.erase(kept, cells_.end());
    total_ -= suppressed_;
    heap_ -= suppressed_;
}

}  // namespace dregs
