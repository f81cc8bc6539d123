// dregs scopes TRACE|PID: the tree of scope kinds, and the sites whose blocks outlive their scope.
#include "analyzer/commands/command.h"
#include "analyzer/commands/open_profile.h"
#include "analyzer/commands/report_options.h"
#include "analyzer/output/scopes_report.h"

namespace dregs {
namespace {

struct ScopesArguments {
    std::string trace;
    bool exit_code = false;
    ReportOptions report;
};

void scopes(const ScopesArguments& arguments, Invocation& invocation) {
    const std::unique_ptr<NamingRoom> naming = make_naming(arguments.report);
    const std::unique_ptr<Profile> profile = open_profile(arguments.trace, *naming);
    const ScopeReport report = report_scopes(*profile);
    const ReportView view = make_view(arguments.report);
    if (chosen_format(arguments.report) == OutputFormat::kJson) {
        print_scopes_json(invocation.out, *profile, report, view, naming->symbolizer);
    } else {
        print_scopes_text(invocation.out, *profile, report, view);
        print_warnings(invocation.err, *naming);
    }
    if (arguments.exit_code && report.survivors.blocks() != 0) invocation.status = 1;
}

}  // namespace

void add_scopes(CLI::App& app, Invocation& invocation) {
    CLI::App* command =
        app.add_subcommand("scopes", "The tree of scopes, and the sites whose blocks outlive their scope");
    auto arguments = std::make_shared<ScopesArguments>();
    command->add_option("trace", arguments->trace, "A trace, or the pid of a running traced process")
        ->required()
        ->type_name("TRACE|PID");
    command->add_flag("--exit-code", arguments->exit_code, "Exit with 1 when blocks outlived their scope");
    add_report_options(*command, arguments->report, false);
    command->callback([arguments, &invocation] { scopes(*arguments, invocation); });
}

}  // namespace dregs
