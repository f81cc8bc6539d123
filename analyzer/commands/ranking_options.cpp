// See ranking_options.h.
#include "analyzer/commands/ranking_options.h"

#include <map>

#include "analyzer/trace/error.h"

namespace dregs {
namespace {

const std::map<std::string, GroupBy> kGroups = {{"site", GroupBy::kSite},         {"stack", GroupBy::kStack},
                                                {"function", GroupBy::kFunction}, {"module", GroupBy::kModule},
                                                {"scope", GroupBy::kScope},       {"thread", GroupBy::kThread}};

std::map<std::string, SortBy> orders(bool growth) {
    if (growth) return {{"count", SortBy::kCount}, {"bytes", SortBy::kBytes}};
    return {
        {"count", SortBy::kCount}, {"bytes", SortBy::kBytes}, {"outlived", SortBy::kOutlived}, {"age", SortBy::kAge}};
}

}  // namespace

void add_filter_options(CLI::App& command, RankingArguments& arguments) {
    command.add_option("--scope", arguments.scope, "Only blocks allocated in scopes of this kind ('': in none)")
        ->type_name("KIND");
    command
        .add_option("--where", arguments.where,
                    "Only blocks whose site matches, such as 'module:libfoo*'; also function:, file:,\n"
                    "thread:, scope:, and stack: for any function of the stack. More than one: all must hold")
        ->check(CLI::Validator([](const std::string& text) { return where_problem(text); }, ""))
        ->type_name("FIELD:PATTERN")
        ->allow_extra_args(false);
}

Filter make_filter(const RankingArguments& arguments) {
    Filter filter;
    filter.scope = arguments.scope;
    for (const std::string& text : arguments.where) filter.where.push_back(parse_where(text));
    return filter;
}

void add_order_option(CLI::App& command, RankingArguments& arguments, bool growth) {
    const char* order = growth ? "By growth in count or bytes (default: count)"
                               : "By count, bytes, outlived or age (default: count; age: the oldest block first)";
    command.add_option("--sort", arguments.sort, order)
        ->transform(CLI::CheckedTransformer(orders(growth)).description(""))
        ->type_name("ORDER");
}

void add_ranking_options(CLI::App& command, RankingArguments& arguments, bool growth) {
    command
        .add_option("--by", arguments.by,
                    "One row for each site, stack, function, module, scope or thread (default: site)")
        ->transform(CLI::CheckedTransformer(kGroups).description(""))
        ->type_name("WHAT");
    add_order_option(command, arguments, growth);
    add_filter_options(command, arguments);
}

RankOptions make_rank_options(const RankingArguments& arguments, OutputFormat format) {
    const bool umdh = format == OutputFormat::kUmdh;
    if (umdh && arguments.by && *arguments.by != GroupBy::kStack) {
        throw Error("--format=umdh lists stacks: it does not go with another --by");
    }
    RankOptions options;
    options.by = umdh ? GroupBy::kStack : arguments.by.value_or(GroupBy::kSite);
    options.sort = arguments.sort;
    options.filter = make_filter(arguments);
    return options;
}

}  // namespace dregs
