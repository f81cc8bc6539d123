// dregs ledger TRACE|PID: allocation sites against the sites that release their blocks.
#include <map>

#include "analyzer/analysis/ledger.h"
#include "analyzer/commands/command.h"
#include "analyzer/commands/open_profile.h"
#include "analyzer/commands/paged_output.h"
#include "analyzer/commands/progress_line.h"
#include "analyzer/commands/report_options.h"
#include "analyzer/output/ledger_report.h"
#include "analyzer/trace/error.h"

namespace dregs {
namespace {

const std::map<std::string, GroupBy> kGroups = {{"site", GroupBy::kSite},
                                                {"stack", GroupBy::kStack},
                                                {"function", GroupBy::kFunction},
                                                {"module", GroupBy::kModule}};
const std::map<std::string, SortBy> kOrders = {{"count", SortBy::kCount}, {"bytes", SortBy::kBytes}};

struct LedgerArguments {
    std::string trace;
    bool all = false;
    LedgerOptions options;
    std::vector<std::string> where;
    ReportOptions report;
};

LedgerOptions make_options(const LedgerArguments& arguments) {
    LedgerOptions options = arguments.options;
    for (const std::string& text : arguments.where) {
        const Where where = parse_where(text);
        if (where.field == WhereField::kThread || where.field == WhereField::kScope)
            throw Error("--where '" + text + "': of a block that was released neither thread nor scope are known");
        options.filter.where.push_back(where);
    }
    return options;
}

void ledger(const LedgerArguments& arguments, Invocation& invocation) {
    const LedgerOptions options = make_options(arguments);
    const std::unique_ptr<NamingRoom> naming = make_naming(arguments.report);
    const std::unique_ptr<Profile> profile = open_profile(arguments.trace, *naming);
    ProgressLine progress("naming sites");
    const Ledger found =
        make_ledger(*profile, options, [&](std::uint64_t done, std::uint64_t total) { progress.show(done, total); });
    const ReportView view = make_view(arguments.report);
    if (chosen_format(arguments.report) == OutputFormat::kJson)
        return print_ledger_json(invocation.out, *profile, found, view, naming->symbolizer);
    show_report(invocation.out, arguments.report.terminal,
                [&](std::ostream& out) { print_ledger_text(out, *profile, found, view, arguments.all); });
    print_warnings(invocation.err, *naming);
}

}  // namespace

void add_ledger(CLI::App& app, Invocation& invocation) {
    CLI::App* command = app.add_subcommand("ledger", "Where the blocks of each site are released, and which are not");
    auto arguments = std::make_shared<LedgerArguments>();
    command->add_option("trace", arguments->trace, "A trace, or the pid of a running traced process")
        ->required()
        ->type_name("TRACE|PID");
    command->add_flag("-a,--all", arguments->all,
                      "Show the sites that were eliminated, too, and every place of release");
    command
        ->add_option("--by", arguments->options.by,
                     "Allocating and releasing site, stack, function or module (default: site)")
        ->transform(CLI::CheckedTransformer(kGroups).description(""))
        ->type_name("WHAT");
    command->add_option("--sort", arguments->options.sort, "By live count or bytes (default: count)")
        ->transform(CLI::CheckedTransformer(kOrders).description(""))
        ->type_name("ORDER");
    command
        ->add_option("--where", arguments->where,
                     "Only blocks whose allocation site matches, such as 'module:libfoo*'; also function:,\n"
                     "file:, and stack: for any function of the stack. More than one: all must hold")
        ->check(CLI::Validator([](const std::string& text) { return where_problem(text, false); }, ""))
        ->type_name("FIELD:PATTERN")
        ->allow_extra_args(false);
    add_report_options(*command, arguments->report, false);
    command->footer(
        "The trace must have been recorded with --ledger: dregs run --ledger -- PROGRAM, or DREGS_LEDGER=1.");
    command->callback([arguments, &invocation] { ledger(*arguments, invocation); });
}

}  // namespace dregs
