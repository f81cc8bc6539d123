// The live blocks of a trace, summed up by stack and scope record: what every ranking starts from.
//
// Owns one cell for each pair (stack, scope) that has blocks, so memory follows stacks and scopes, not blocks. What
// sampling adds (see estimate.h) is kept apart: an exact trace has none of it and pays nothing for it.
// BlockSums is the sink while the trace is read; LiveSet is what remains of it once the tables are known.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "analyzer/analysis/estimate.h"
#include "analyzer/trace/trace.h"

namespace dregs {

class BlockSums {
  public:
    // `sample_bytes` as in the header of the trace to come.
    explicit BlockSums(std::uint32_t sample_bytes = 0) : sample_bytes_(sample_bytes) {}
    void add(const LiveBlock& block);

  private:
    friend class LiveSet;
    void add_unsampled(std::uint64_t cell, const LiveBlock& block);

    std::uint32_t sample_bytes_;
    absl::flat_hash_map<std::uint64_t, Tally> cells_;  // by stack << 32 | scope
    Tally heap_;                                       // of malloc and its like
    Tally pooled_;                                     // of pools
    absl::flat_hash_map<std::uint64_t, Unsampled> unsampled_cells_;
    Unsampled unsampled_heap_;
    Unsampled unsampled_pooled_;
};

struct LiveCell {
    std::uint32_t stack;
    std::uint32_t scope;
    Estimate live;
};

class LiveSet {
  public:
    // Leaves out blocks that name a stack or scope the trace does not have. Throws Error when `sums` took the trace for
    // one sampled otherwise.
    LiveSet(const BlockSums& sums, const Trace& trace);

    // Takes the blocks of all stacks of which `suppressed` is true out of every sum.
    void leave_out(const std::function<bool(std::uint32_t stack)>& suppressed);

    // Sorted by stack, then scope.
    std::size_t cells() const { return cells_.size(); }
    LiveCell cell(std::size_t index) const;
    // Whether blocks of this stack and scope record are among them.
    bool holds(std::uint32_t stack, std::uint32_t scope) const;
    const Estimate& total() const { return total_; }
    const Estimate& heap() const { return heap_; }
    const Estimate& pooled() const { return pooled_; }
    // Blocks left out.
    const Tally& damaged() const { return damaged_; }
    // Blocks left out on purpose: see suppressions.h.
    const Estimate& suppressed() const { return suppressed_; }

  private:
    struct Cell {
        std::uint32_t stack;
        std::uint32_t scope;
        Tally recorded;
    };
    void keep_sound_cells(const BlockSums& sums, const Trace& trace);
    void move_cell(std::size_t from, std::size_t to);
    void sum_cells();

    std::vector<Cell> cells_;
    std::vector<Unsampled> unsampled_;  // one a cell; none in an exact trace
    Estimate total_;
    Estimate heap_;
    Estimate pooled_;
    Tally damaged_;
    Estimate suppressed_;
};

}  // namespace dregs
