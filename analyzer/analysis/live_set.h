// The live blocks of a trace, summed up by stack and scope record: what every ranking starts from.
//
// Owns one cell for each pair (stack, scope) that has blocks, so memory follows stacks and scopes, not blocks.
// BlockSums is the sink while the trace is read; LiveSet is what remains of it once the tables are known.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "analyzer/analysis/tally.h"
#include "analyzer/trace/trace.h"

namespace dregs {

class BlockSums {
  public:
    void add(const LiveBlock& block);

  private:
    friend class LiveSet;
    absl::flat_hash_map<std::uint64_t, Tally> cells_;  // by stack << 32 | scope
    Tally heap_;                                       // of malloc and its like
    Tally pooled_;                                     // of pools
};

struct LiveCell {
    std::uint32_t stack;
    std::uint32_t scope;
    Tally live;
};

class LiveSet {
  public:
    // Leaves out blocks that name a stack or scope the trace does not have.
    LiveSet(const BlockSums& sums, const Trace& trace);

    // Takes the blocks of all stacks of which `suppressed` is true out of every sum.
    void leave_out(const std::function<bool(std::uint32_t stack)>& suppressed);

    // Sorted by stack, then scope.
    const std::vector<LiveCell>& cells() const { return cells_; }
    const Tally& total() const { return total_; }
    const Tally& heap() const { return heap_; }
    const Tally& pooled() const { return pooled_; }
    // Blocks left out.
    const Tally& damaged() const { return damaged_; }
    // Blocks left out on purpose: see suppressions.h.
    const Tally& suppressed() const { return suppressed_; }

  private:
    std::vector<LiveCell> cells_;
    Tally total_;
    Tally heap_;
    Tally pooled_;
    Tally damaged_;
    Tally suppressed_;
};

}  // namespace dregs
