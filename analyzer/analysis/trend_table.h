// The trend of each site over three traces or more: which keep growing, which level off.
//
// Owns one row for each site with a number for each trace; a trace is folded into it and can be dropped before the next
// is loaded, so memory follows sites, not blocks. Used by `dregs diff`.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstddef>
#include <string>
#include <vector>

#include "analyzer/analysis/diff.h"
#include "analyzer/analysis/trend.h"

namespace dregs {

struct TrendRow {
    DiffRow diff;               // from the first trace to the last
    std::vector<Frame> frames;  // of the stack that holds most of its blocks
    Trend blocks;
    Trend bytes;
    Course course = Course::kSteady;  // the worse of the two
};

struct Trends {
    bool timed = false;            // `at` is in seconds since the first; else one apart
    std::vector<double> at;        // one a trace
    std::vector<bool> judged;      // one a trace: trends are of these
    std::vector<TrendRow> rows;    // what does not level off comes first
    std::vector<Estimate> totals;  // of the rows before any was left out; one a trace
    Trend total_blocks;
    Trend total_bytes;
    std::size_t new_rows = 0;
    std::size_t gone_rows = 0;

    double span() const { return at.back() - at.front(); }
};

class TrendTable {
  public:
    // `traces` are to come, `frames` are kept of each stack (0: all).
    TrendTable(const DiffOptions& options, bool timed, std::size_t traces, std::size_t frames)
        : options_(options), traces_(traces), frames_(frames) {
        trends_.timed = timed;
    }

    // In order of time.
    void add(Profile& profile);
    // After the last.
    Trends finish();

  private:
    void add_moment(const Profile& profile);
    void add_row(Profile& profile, Row row, std::size_t trace);
    void judge_moments();
    void judge(TrendRow& row) const;
    Trend trend_of(const std::vector<Estimate>& series, bool bytes) const;
    void sort();

    DiffOptions options_;
    std::size_t traces_;
    std::size_t frames_;
    std::uint64_t first_ns_ = 0;
    Trends trends_;
    absl::flat_hash_map<std::string, std::size_t> by_key_;
};

}  // namespace dregs
