// What a trace counted of a kind of scope, all threads together. Stays at the end of its range instead of wrapping: the
// numbers come from a file.
#pragma once

#include "analyzer/analysis/tally.h"
#include "dregs/trace_format.h"

namespace dregs {

struct KindCounts {
    std::uint64_t entered = 0;
    std::uint64_t left = 0;
    std::uint64_t clean = 0;  // of those, ended with nothing live
    std::uint64_t missed_leaves = 0;
    std::uint64_t abandoned = 0;
    std::uint64_t pool_allocs = 0;  // blocks that its pools handed out so far
    std::uint64_t pool_resizes = 0;

    void add(const format::KindCounters& thread) {
        entered = saturating_add(entered, thread.entered);
        left = saturating_add(left, thread.left);
        clean = saturating_add(clean, thread.clean);
        missed_leaves = saturating_add(missed_leaves, thread.missed_leaves);
        abandoned = saturating_add(abandoned, thread.abandoned);
        pool_allocs = saturating_add(pool_allocs, thread.pool_allocs);
        pool_resizes = saturating_add(pool_resizes, thread.pool_resizes);
    }
};

}  // namespace dregs
