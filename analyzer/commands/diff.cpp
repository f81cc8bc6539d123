// dregs diff OLD NEW [NEWER ...]: what grew.
#include "analyzer/analysis/diff.h"

#include "analyzer/commands/command.h"
#include "analyzer/commands/open_profile.h"
#include "analyzer/commands/ranking_options.h"
#include "analyzer/output/diff_report.h"
#include "analyzer/output/umdh_report.h"

namespace dregs {
namespace {

struct DiffArguments {
    std::vector<std::string> traces;
    bool all = false;
    ReportOptions report;
    RankingArguments ranking;
};

void print(const DiffArguments& arguments, const std::vector<Profile*>& profiles, const NamingRoom& naming,
           Invocation& invocation) {
    const OutputFormat format = chosen_format(arguments.report);
    const Diff result = diff_profiles(profiles, {make_rank_options(arguments.ranking, format), arguments.all});
    const ReportView view = make_view(arguments.report);
    switch (format) {
        case OutputFormat::kText:
            print_diff_text(invocation.out, profiles, result, view);
            break;
        case OutputFormat::kUmdh:
            print_diff_umdh(invocation.out, profiles, result, view);
            break;
        case OutputFormat::kJson:
            print_diff_json(invocation.out, profiles, result, view, naming.symbolizer);
            return;
    }
    print_warnings(invocation.err, naming);
}

void diff(const DiffArguments& arguments, Invocation& invocation) {
    const std::unique_ptr<NamingRoom> naming = make_naming(arguments.report);
    std::vector<std::unique_ptr<Profile>> opened;
    std::vector<Profile*> profiles;
    for (const std::string& trace : arguments.traces) {
        opened.push_back(open_profile(trace, *naming));
        profiles.push_back(opened.back().get());
    }
    print(arguments, profiles, *naming, invocation);
}

}  // namespace

void add_diff(CLI::App& app, Invocation& invocation) {
    CLI::App* command = app.add_subcommand("diff", "What grew from the oldest trace to the newest");
    auto arguments = std::make_shared<DiffArguments>();
    command->add_option("traces", arguments->traces, "Traces or pids, oldest first")
        ->required()
        ->expected(2, 1000)
        ->type_name("OLD NEW [NEWER ...]");
    command->add_flag("--all", arguments->all, "Unchanged rows too");
    add_ranking_options(*command, arguments->ranking, true);
    add_report_options(*command, arguments->report, true);
    command->callback([arguments, &invocation] { diff(*arguments, invocation); });
}

}  // namespace dregs
