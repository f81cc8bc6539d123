// What grew between traces, oldest first: each site's blocks in all of them, and the change from first to last.
//
// Matches rows by their keys, which mean the same in every process (see StackNamer). Pure.
#pragma once

#include <string>
#include <vector>

#include "analyzer/analysis/ranking.h"

namespace dregs {

enum class Change { kNew, kGone, kGrown, kShrunk, kSame };

struct DiffRow {
    Row row;                       // as in the newest trace that has it
    std::size_t shown_from = 0;    // which trace that is
    std::vector<Estimate> series;  // one a trace
    std::int64_t delta_blocks = 0;
    std::int64_t delta_bytes = 0;
    Change change = Change::kSame;
    Tally error;                // of the deltas: 95 % half widths; 0 where both traces are exact
    bool within_error = false;  // neither delta is larger than its error: there may be no change at all

    const Estimate& oldest() const { return series.front(); }
    const Estimate& newest() const { return series.back(); }
};

// Fills in the change from the first of the series to the last.
void measure_change(DiffRow& row);

struct DiffOptions {
    RankOptions rank;             // sort: kCount by block growth, kBytes by byte growth
    bool keep_unchanged = false;  // rows that are the same in every trace
};

struct Diff {
    std::vector<DiffRow> rows;
    std::vector<Estimate> totals;  // of the rows before any was left out; one a trace
    std::size_t new_rows = 0;
    std::size_t gone_rows = 0;
};

Diff diff_profiles(const std::vector<Profile*>& profiles, const DiffOptions& options);

}  // namespace dregs
