// dregs report TRACE|PID [...]: everything about a trace, or about several of one program, as one page for a browser.
#include <absl/strings/str_cat.h>
#include <absl/strings/strip.h>

#include "analyzer/commands/command.h"
#include "analyzer/commands/open_profile.h"
#include "analyzer/commands/progress_line.h"
#include "analyzer/commands/report_options.h"
#include "analyzer/output/escape.h"
#include "analyzer/report/page_file.h"
#include "analyzer/report/report_document.h"
#include "analyzer/trace/new_file.h"

namespace dregs {
namespace {

struct ReportArguments {
    std::vector<std::string> traces;
    std::string output;
    bool no_sources = false;
    ReportOptions naming;
};

std::string page_beside(const std::string& trace) { return absl::StrCat(absl::StripSuffix(trace, ".dregs"), ".html"); }

// Each trace is folded in before the next is loaded. Leaves the name of the newest.
std::string make_document(const ReportArguments& arguments, NamingRoom& naming, std::string& newest) {
    const Timeline timeline = timeline_of(arguments.traces);
    ReportDocument document({!arguments.no_sources, DREGS_VERSION}, timeline.timed, arguments.traces.size());
    for (const std::size_t index : timeline.order) {
        const std::unique_ptr<Profile> profile = open_profile(arguments.traces[index], naming);
        ProgressLine progress("naming sites");
        document.add(*profile, naming.symbolizer,
                     [&](std::uint64_t done, std::uint64_t total) { progress.show(done, total); });
        newest = profile->trace().name();
    }
    return document.finish();
}

void write_page(const std::string& page, const std::string& path, Invocation& invocation) {
    NewFile file(path);
    file.write(0, absl::MakeConstSpan(reinterpret_cast<const std::uint8_t*>(page.data()), page.size()));
    file.keep(page.size());
    invocation.out << escape_text(file.path()) << '\n';
}

void report(const ReportArguments& arguments, Invocation& invocation) {
    const std::unique_ptr<NamingRoom> naming = make_naming(arguments.naming);
    std::string newest;
    const std::string page = make_page(make_document(arguments, *naming, newest));
    if (arguments.output == "-") {
        invocation.out << page;
    } else {
        write_page(page, arguments.output.empty() ? page_beside(newest) : arguments.output, invocation);
    }
    print_warnings(invocation.err, *naming);
}

}  // namespace

void add_report(CLI::App& app, Invocation& invocation) {
    CLI::App* command = app.add_subcommand("report", "One page for a browser: ranking, flame graph, scopes, growth");
    auto arguments = std::make_shared<ReportArguments>();
    command->add_option("traces", arguments->traces, "Traces or pids; several are moments, put in the order of time")
        ->required()
        ->expected(1, 1000)
        ->type_name("TRACE|PID [...]");
    command
        ->add_option("-o,--output", arguments->output,
                     "Where to write the page (default: beside the newest trace, as .html; -: standard output).\n"
                     "What exists is never overwritten: .2, .3 ... goes before the suffix")
        ->type_name("FILE");
    command->add_flag("--no-sources", arguments->no_sources, "Leave out the lines of source around each site");
    add_naming_options(*command, arguments->naming);
    command->footer(
        "The page is one file that loads nothing. It has the names of functions, files, modules, threads and scopes, "
        "the command line, and some lines of source: look before you send it to others.");
    command->callback([arguments, &invocation] { report(*arguments, invocation); });
}

}  // namespace dregs
