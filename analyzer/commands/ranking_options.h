// The options that top and diff have in common: grouping, order, filters.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/analysis/ranking.h"
#include "analyzer/commands/report_options.h"

namespace dregs {

struct RankingArguments {
    std::optional<GroupBy> by;
    SortBy sort = SortBy::kCount;
    std::optional<std::string> scope;
    std::vector<std::string> where;
};

// `growth`: order by change, where outlived and age make no sense.
void add_ranking_options(CLI::App& command, RankingArguments& arguments, bool growth);

// Of these, --sort alone.
void add_order_option(CLI::App& command, RankingArguments& arguments, bool growth);
// Of these, which blocks: --scope and --where.
void add_filter_options(CLI::App& command, RankingArguments& arguments);
// Throws Error for a field there is not.
Filter make_filter(const RankingArguments& arguments);

// Throws Error for what does not go together.
RankOptions make_rank_options(const RankingArguments& arguments, OutputFormat format);

}  // namespace dregs
