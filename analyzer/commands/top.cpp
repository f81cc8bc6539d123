// dregs top TRACE|PID: which sites hold the most live blocks.
#include "analyzer/commands/command.h"
#include "analyzer/commands/open_profile.h"
#include "analyzer/commands/paged_output.h"
#include "analyzer/commands/progress_line.h"
#include "analyzer/commands/ranking_options.h"
#include "analyzer/output/cjdns_listing.h"
#include "analyzer/output/top_report.h"
#include "analyzer/output/umdh_report.h"

namespace dregs {
namespace {

struct TopArguments {
    std::string trace;
    ReportOptions report;
    RankingArguments ranking;
    std::string compat;
};

std::vector<Row> rank(Profile& profile, const RankOptions& options) {
    ProgressLine progress("naming sites");
    return rank_blocks(profile, options, [&](std::uint64_t done, std::uint64_t total) { progress.show(done, total); });
}

void top(const TopArguments& arguments, Invocation& invocation) {
    const OutputFormat format = chosen_format(arguments.report);
    const RankOptions options = make_rank_options(arguments.ranking, format);
    const std::unique_ptr<NamingRoom> naming = make_naming(arguments.report);
    const std::unique_ptr<Profile> profile = open_profile(arguments.trace, *naming);
    if (!arguments.compat.empty()) return print_cjdns_listing(invocation.out, *profile);
    const std::vector<Row> rows = rank(*profile, options);
    const ReportView view = make_view(arguments.report);
    switch (format) {
        case OutputFormat::kText:
            show_report(invocation.out, arguments.report.terminal,
                        [&](std::ostream& out) { print_top_text(out, *profile, rows, view); });
            break;
        case OutputFormat::kUmdh:
            print_top_umdh(invocation.out, *profile, rows, view);
            break;
        case OutputFormat::kJson:
            print_top_json(invocation.out, *profile, rows, view, naming->symbolizer);
            return;
    }
    print_warnings(invocation.err, *naming);
}

}  // namespace

void add_top(CLI::App& app, Invocation& invocation) {
    CLI::App* command = app.add_subcommand("top", "Which sites hold the most live blocks");
    auto arguments = std::make_shared<TopArguments>();
    command->add_option("trace", arguments->trace, "A trace, or the pid of a running traced process")
        ->required()
        ->type_name("TRACE|PID");
    add_ranking_options(*command, arguments->ranking, false);
    add_report_options(*command, arguments->report, true);
    command
        ->add_option("--compat", arguments->compat, "cjdns: the list that the pipeline in cjdns' documentation prints")
        ->check(CLI::IsMember({"cjdns"}).description(""))
        ->type_name("TOOL");
    command->callback([arguments, &invocation] { top(*arguments, invocation); });
}

}  // namespace dregs
