// See diff.h.
#include "analyzer/analysis/diff.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <tuple>

namespace dregs {
namespace {

Change change_of(const DiffRow& row) {
    const bool steady = std::all_of(row.series.begin(), row.series.end(), [&](const Estimate& live) {
        return live.rounded() == row.series.front().rounded();
    });
    if (steady) return Change::kSame;
    if (row.oldest().blocks() == 0) return Change::kNew;
    if (row.newest().blocks() == 0) return Change::kGone;
    if (row.delta_blocks != 0) return row.delta_blocks > 0 ? Change::kGrown : Change::kShrunk;
    return row.delta_bytes >= 0 ? Change::kGrown : Change::kShrunk;
}

bool reaches(std::uint64_t error, std::int64_t delta) {
    return error >= static_cast<std::uint64_t>(delta < 0 ? -delta : delta);
}

std::vector<DiffRow> match_rows(const std::vector<Profile*>& profiles, const RankOptions& options) {
    std::vector<DiffRow> rows;
    absl::flat_hash_map<std::string, std::size_t> by_key;
    for (std::size_t trace = 0; trace < profiles.size(); ++trace) {
        for (Row& row : rank_blocks(*profiles[trace], options)) {
            const auto [known, fresh] = by_key.emplace(row.key, rows.size());
            if (fresh) rows.emplace_back().series.resize(profiles.size());
            DiffRow& matched = rows[known->second];
            matched.series[trace] = row.live;
            matched.shown_from = trace;
            matched.row = std::move(row);
        }
    }
    for (DiffRow& row : rows) measure_change(row);
    return rows;
}

void sort_by_growth(std::vector<DiffRow>& rows, SortBy sort) {
    const auto growth = [sort](const DiffRow& row) {
        return sort == SortBy::kBytes ? std::pair(row.delta_bytes, row.delta_blocks)
                                      : std::pair(row.delta_blocks, row.delta_bytes);
    };
    std::sort(rows.begin(), rows.end(), [&](const DiffRow& a, const DiffRow& b) {
        return std::tuple(growth(b), b.newest().blocks(), std::string_view(a.row.key)) <
               std::tuple(growth(a), a.newest().blocks(), std::string_view(b.row.key));
    });
}

}  // namespace

void measure_change(DiffRow& row) {
    row.delta_blocks = difference(row.newest().blocks(), row.oldest().blocks());
    row.delta_bytes = difference(row.newest().bytes(), row.oldest().bytes());
    row.change = change_of(row);
    row.error = difference_error(row.newest(), row.oldest());
    row.within_error = row.error != Tally() && reaches(row.error.blocks, row.delta_blocks) &&
                       reaches(row.error.bytes, row.delta_bytes);
}

Diff diff_profiles(const std::vector<Profile*>& profiles, const DiffOptions& options) {
    Diff diff;
    diff.rows = match_rows(profiles, options.rank);
    diff.totals.resize(profiles.size());
    for (const DiffRow& row : diff.rows) {
        for (std::size_t trace = 0; trace < profiles.size(); ++trace) diff.totals[trace] += row.series[trace];
        if (row.change == Change::kNew) ++diff.new_rows;
        if (row.change == Change::kGone) ++diff.gone_rows;
    }
    if (!options.keep_unchanged) {
        std::erase_if(diff.rows, [](const DiffRow& row) { return row.change == Change::kSame; });
    }
    sort_by_growth(diff.rows, options.rank.sort);
    return diff;
}

}  // namespace dregs
