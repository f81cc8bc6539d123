// See trend_table.h.
#include "analyzer/analysis/trend_table.h"

#include <algorithm>
#include <tuple>

#include "analyzer/analysis/timeline.h"

namespace dregs {
namespace {

constexpr std::size_t kFewestMoments = 3;

double value_of(const Estimate& live, bool bytes) { return static_cast<double>(bytes ? live.bytes() : live.blocks()); }

// What one block adds, on average.
double grain_of(const std::vector<Estimate>& series, bool bytes) {
    double blocks = 0, sum = 0;
    for (const Estimate& live : series) blocks += value_of(live, false), sum += value_of(live, bytes);
    return blocks > 0 ? std::max(1.0, sum / blocks) : 1.0;
}

}  // namespace

void TrendTable::add(Profile& profile) {
    const std::size_t trace = trends_.at.size();
    add_moment(profile);
    trends_.totals.emplace_back();
    for (Row& row : rank_blocks(profile, options_.rank)) add_row(profile, std::move(row), trace);
}

// An ended process's last state is as old as what it was last seen doing; a snapshot may have come later.
void TrendTable::add_moment(const Profile& profile) {
    const std::size_t trace = trends_.at.size();
    const std::uint64_t moment = moment_of(profile);
    if (trace == 0) first_ns_ = moment;
    const double since = moment > first_ns_ ? static_cast<double>(moment - first_ns_) / 1e9 : 0;
    const double timed = trace == 0 ? 0 : std::max(trends_.at.back(), since);
    trends_.at.push_back(trends_.timed ? timed : static_cast<double>(trace));
    trends_.judged.push_back(profile.trace().header().state != format::ProcessState::kExited);
}

void TrendTable::add_row(Profile& profile, Row row, std::size_t trace) {
    const auto [known, fresh] = by_key_.emplace(row.key, trends_.rows.size());
    if (fresh) trends_.rows.emplace_back().diff.series.resize(traces_);
    TrendRow& matched = trends_.rows[known->second];
    trends_.totals[trace] += row.live;
    matched.diff.series[trace] = row.live;
    matched.diff.shown_from = trace;
    if (fresh || trace + 1 == traces_) matched.frames = profile.namer().frames(row.top_stack, frames_);
    matched.diff.row = std::move(row);
}

// What is live after the exit handlers tells what they freed, not how it went on while the program ran. With fewer
// moments than a trend takes, and between processes, it is as good as any.
void TrendTable::judge_moments() {
    const auto running = static_cast<std::size_t>(std::count(trends_.judged.begin(), trends_.judged.end(), true));
    if (!trends_.timed || running < kFewestMoments) trends_.judged.assign(trends_.judged.size(), true);
}

Trend TrendTable::trend_of(const std::vector<Estimate>& series, bool bytes) const {
    std::vector<TrendPoint> points;
    for (std::size_t i = 0; i < series.size(); ++i) {
        const double variance = bytes ? series[i].bytes_variance() : series[i].blocks_variance();
        if (trends_.judged[i]) points.push_back({trends_.at[i], value_of(series[i], bytes), variance});
    }
    return judge_trend(points, grain_of(series, bytes));
}

void TrendTable::judge(TrendRow& row) const {
    measure_change(row.diff);
    row.blocks = trend_of(row.diff.series, false);
    row.bytes = trend_of(row.diff.series, true);
    row.course = std::min(row.blocks.course, row.bytes.course);
}

// Among what grows the fastest now comes first; among the rest what grew most.
void TrendTable::sort() {
    const bool by_bytes = options_.rank.sort == SortBy::kBytes;
    const auto weight = [by_bytes](const TrendRow& row) {
        const Trend& trend = by_bytes ? row.bytes : row.blocks;
        const DiffRow& diff = row.diff;
        const auto delta =
            by_bytes ? std::pair(diff.delta_bytes, diff.delta_blocks) : std::pair(diff.delta_blocks, diff.delta_bytes);
        return std::pair(row.course == Course::kGrows ? trend.late_rate : 0, delta);
    };
    std::sort(trends_.rows.begin(), trends_.rows.end(), [&](const TrendRow& a, const TrendRow& b) {
        return std::tuple(a.course, weight(b), std::string_view(a.diff.row.key)) <
               std::tuple(b.course, weight(a), std::string_view(b.diff.row.key));
    });
}

Trends TrendTable::finish() {
    judge_moments();
    for (TrendRow& row : trends_.rows) {
        judge(row);
        trends_.new_rows += row.diff.change == Change::kNew;
        trends_.gone_rows += row.diff.change == Change::kGone;
    }
    trends_.total_blocks = trend_of(trends_.totals, false);
    trends_.total_bytes = trend_of(trends_.totals, true);
    if (!options_.keep_unchanged) {
        std::erase_if(trends_.rows, [](const TrendRow& row) { return row.diff.change == Change::kSame; });
    }
    sort();
    return std::move(trends_);
}

}  // namespace dregs
