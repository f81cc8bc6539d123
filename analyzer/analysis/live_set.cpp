// See live_set.h.
#include "analyzer/analysis/live_set.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <tuple>

#include "analyzer/trace/error.h"

namespace dregs {
namespace {

std::uint64_t cell_key(std::uint32_t stack, std::uint32_t scope) { return std::uint64_t{stack} << 32 | scope; }

}  // namespace

void BlockSums::add(const LiveBlock& block) {
    const Tally one{1, block.bytes};
    const std::uint64_t cell = cell_key(block.stack, block.scope);
    cells_[cell] += one;
    (block.pooled ? pooled_ : heap_) += one;
    if (sample_bytes_ != 0) add_unsampled(cell, block);
}

void BlockSums::add_unsampled(std::uint64_t cell, const LiveBlock& block) {
    // Link maps are recorded for certain: each stands for itself only.
    const bool certain = block.scope == format::kUnattributedScope;
    const Unsampled beside = certain ? Unsampled{} : unsampled_beside(block.bytes, sample_bytes_);
    unsampled_cells_[cell] += beside;
    (block.pooled ? unsampled_pooled_ : unsampled_heap_) += beside;
}

LiveSet::LiveSet(const BlockSums& sums, const Trace& trace)
    : heap_(sums.heap_, sums.unsampled_heap_), pooled_(sums.pooled_, sums.unsampled_pooled_) {
    if (sums.sample_bytes_ != trace.header().sample_bytes) {
        throw Error(absl::StrCat(trace.name(), ": read as sampled every ", sums.sample_bytes_, " bytes, but it says ",
                                 trace.header().sample_bytes));
    }
    keep_sound_cells(sums, trace);
    sum_cells();
}

void LiveSet::keep_sound_cells(const BlockSums& sums, const Trace& trace) {
    cells_.reserve(sums.cells_.size());
    for (const auto& [key, recorded] : sums.cells_) {
        const Cell cell{static_cast<std::uint32_t>(key >> 32), static_cast<std::uint32_t>(key), recorded};
        const bool sound = trace.has_stack(cell.stack) && trace.has_scope(cell.scope);
        if (sound) {
            cells_.push_back(cell);
        } else {
            damaged_ += recorded;
        }
    }
    std::sort(cells_.begin(), cells_.end(),
              [](const Cell& a, const Cell& b) { return std::tie(a.stack, a.scope) < std::tie(b.stack, b.scope); });
    if (sums.sample_bytes_ == 0) return;
    unsampled_.reserve(cells_.size());
    for (const Cell& cell : cells_) unsampled_.push_back(sums.unsampled_cells_.at(cell_key(cell.stack, cell.scope)));
}

// In order, so that equal traces give equal sums to the last bit.
void LiveSet::sum_cells() {
    total_ = {};
    for (std::size_t i = 0; i < cells(); ++i) total_ += cell(i).live;
}

LiveCell LiveSet::cell(std::size_t index) const {
    const Cell& cell = cells_[index];
    if (unsampled_.empty()) return {cell.stack, cell.scope, cell.recorded};
    return {cell.stack, cell.scope, {cell.recorded, unsampled_[index]}};
}

bool LiveSet::holds(std::uint32_t stack, std::uint32_t scope) const {
    const auto found = std::lower_bound(cells_.begin(), cells_.end(), std::tie(stack, scope),
                                        [](const Cell& a, const auto& b) { return std::tie(a.stack, a.scope) < b; });
    return found != cells_.end() && found->stack == stack && found->scope == scope;
}

void LiveSet::move_cell(std::size_t from, std::size_t to) {
    cells_[to] = cells_[from];
    if (!unsampled_.empty()) unsampled_[to] = unsampled_[from];
}

void LiveSet::leave_out(const std::function<bool(std::uint32_t stack)>& suppressed) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < cells(); ++i) {
        if (suppressed(cells_[i].stack)) {
            suppressed_ += cell(i).live;
        } else {
            move_cell(i, kept++);
        }
    }
    cells_.resize(kept);
    if (!unsampled_.empty()) unsampled_.resize(kept);
    sum_cells();
    heap_ -= suppressed_;
}

}  // namespace dregs
