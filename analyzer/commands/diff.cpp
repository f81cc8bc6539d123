// dregs diff OLD NEW [NEWER ...]: what grew; with three or more, what goes on growing.
#include "analyzer/analysis/diff.h"

#include "analyzer/analysis/trend_table.h"
#include "analyzer/commands/command.h"
#include "analyzer/commands/open_profile.h"
#include "analyzer/commands/paged_output.h"
#include "analyzer/commands/ranking_options.h"
#include "analyzer/output/diff_report.h"
#include "analyzer/output/trend_report.h"
#include "analyzer/output/umdh_report.h"

namespace dregs {
namespace {

struct DiffArguments {
    std::vector<std::string> traces;
    bool all = false;
    ReportOptions report;
    RankingArguments ranking;

    DiffOptions options() const { return {make_rank_options(ranking, chosen_format(report)), all}; }
};

void print_pair(const DiffArguments& arguments, const std::vector<Profile*>& profiles, const NamingRoom& naming,
                Invocation& invocation) {
    const Diff result = diff_profiles(profiles, arguments.options());
    const ReportView view = make_view(arguments.report);
    switch (chosen_format(arguments.report)) {
        case OutputFormat::kText:
            show_report(invocation.out, arguments.report.terminal,
                        [&](std::ostream& out) { print_diff_text(out, profiles, result, view); });
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

void diff_pair(const DiffArguments& arguments, const std::string& before, const std::string& now,
               Invocation& invocation) {
    const std::unique_ptr<NamingRoom> naming = make_naming(arguments.report);
    const std::unique_ptr<Profile> oldest = open_profile(before, *naming);
    const std::unique_ptr<Profile> newest = open_profile(now, *naming);
    print_pair(arguments, {oldest.get(), newest.get()}, *naming, invocation);
}

// Each trace is folded into the table before the next is loaded.
void diff_many(const DiffArguments& arguments, const Timeline& timeline, Invocation& invocation) {
    const std::unique_ptr<NamingRoom> naming = make_naming(arguments.report);
    const ReportView view = make_view(arguments.report);
    TrendTable table(arguments.options(), timeline.timed, timeline.order.size(), view.frames);
    TrendReport report(view);
    for (const std::size_t index : timeline.order) {
        const std::unique_ptr<Profile> profile = open_profile(arguments.traces[index], *naming);
        report.add_trace(*profile);
        table.add(*profile);
    }
    const Trends trends = table.finish();
    if (chosen_format(arguments.report) == OutputFormat::kJson) {
        report.print_json(invocation.out, trends, naming->symbolizer);
        return;
    }
    show_report(invocation.out, arguments.report.terminal, [&](std::ostream& out) { report.print_text(out, trends); });
    print_warnings(invocation.err, *naming);
}

void diff(const DiffArguments& arguments, Invocation& invocation) {
    const std::vector<std::string>& traces = arguments.traces;
    if (traces.size() == 2) return diff_pair(arguments, traces.front(), traces.back(), invocation);
    const Timeline timeline = timeline_of(traces);
    if (timeline.reordered)
        invocation.err
            << "dregs: the newest was given before the oldest: they are put in another order, that of their time\n";
    if (chosen_format(arguments.report) == OutputFormat::kUmdh) {  // it knows two moments only
        const std::size_t oldest = timeline.order.front(), newest = timeline.order.back();
        return diff_pair(arguments, traces[oldest], traces[newest], invocation);
    }
    diff_many(arguments, timeline, invocation);
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
    command->footer(
        "Three traces or more, such as snapshots of one process, show the trend of each site: 'grows' is what does "
        "not "
        "level off. They are put in the order of their time. Five or more tell leaks from noise.");
    command->callback([arguments, &invocation] { diff(*arguments, invocation); });
}

}  // namespace dregs
