// What the trace says of itself: calls counted, and all that was lost.
//
// Owns the sums over threads and the one invariant: the counters and the live blocks agree. Pure; shown by output/.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analyzer/analysis/live_set.h"
#include "analyzer/trace/trace.h"

namespace dregs {

struct Totals {
    Estimate live;
    Estimate heap;        // of live: of malloc and its like
    Estimate pooled;      // of live: of pools
    Estimate suppressed;  // the C library's own: in none of the other numbers
    std::uint64_t alloc_calls = 0;
    std::uint64_t alloc_bytes = 0;
    std::uint64_t free_calls = 0;  // of a sampled trace what the others leave: most frees are not noticed
    std::uint32_t sample_bytes = 0;
    std::uint64_t pool_allocs = 0;
    std::uint64_t pool_frees = 0;
    std::uint64_t refused_allocs = 0;        // made to fail, beyond a limit
    std::vector<std::string> passed_limits;  // of which live bytes passed that: a kind of scope, "" for all
};

struct Loss {
    std::uint64_t unrecorded_allocs = 0;
    std::uint64_t unrecorded_bytes = 0;
    std::uint64_t truncated_stacks = 0;
    std::uint64_t unknown_frees = 0;    // of blocks from before the tracing, or of nothing
    std::uint64_t inherited_frees = 0;  // in a forked child, of its parent's blocks: nothing is wrong
    std::uint64_t unseen_frees = 0;     // a block was replaced by another at its address
    std::uint64_t lost_frees = 0;
    std::uint64_t lost_markers = 0;
    std::uint64_t unrecorded_releases = 0;  // that the ledger does not know of
    std::uint64_t bad_leaves = 0;
    std::uint64_t bad_markers = 0;
    std::uint64_t damaged_blocks = 0;
    std::uint64_t in_flux_blocks = 0;
    std::uint32_t untraced_forks = 0;  // processes forked from this one that have no trace: all of theirs
    std::int64_t imbalance = 0;        // live blocks that the counters expect, less those in the table
    std::vector<std::string> notes;
};

Totals sum_totals(const Trace& trace, const LiveSet& live);
// `at_rest`: nobody was writing the trace, so that the counters must agree with the table.
Loss sum_loss(const Trace& trace, const LiveSet& live, bool at_rest);

}  // namespace dregs
