// dregs scopes TRACE|PID: the tree of scope kinds, and the sites whose blocks outlive their scope; with --tree the tree
// of the single instances.
#include "analyzer/commands/command.h"
#include "analyzer/commands/open_profile.h"
#include "analyzer/commands/paged_output.h"
#include "analyzer/commands/report_options.h"
#include "analyzer/output/callers_report.h"
#include "analyzer/output/scopes_report.h"
#include "analyzer/output/tree_report.h"
#include "analyzer/trace/load.h"
#include "analyzer/trace/locate.h"

namespace dregs {
namespace {

constexpr std::size_t kUsualDepth = 12;
constexpr std::size_t kMostDepth = 128;

struct ScopesArguments {
    std::string trace;
    bool exit_code = false;
    bool tree = false;
    bool blocks = false;
    bool callers = false;
    std::size_t depth = kUsualDepth;
    std::string compat;
    ReportOptions report;
};

void print_tree(const ScopesArguments& arguments, Profile& profile, Invocation& invocation) {
    const InstanceTree tree(profile);
    const ReportView view = make_view(arguments.report);
    const OpenedTrace opened = open_trace_or_pid(arguments.trace);
    InstanceBlocks blocks(profile, tree, [&](BlockSink sink) { read_blocks_again(*opened.source, sink); });
    const TreeReport report{profile, tree, arguments.blocks ? &blocks : nullptr};
    if (!arguments.compat.empty()) return print_tree_cjdns(invocation.out, report);
    if (chosen_format(arguments.report) == OutputFormat::kJson) return print_tree_json(invocation.out, report, view);
    if (arguments.blocks) return print_tree_text(invocation.out, report, view);  // too many to hold for a pager
    show_report(invocation.out, arguments.report.terminal,
                [&](std::ostream& out) { print_tree_text(out, report, view); });
}

void print_callers(const ScopesArguments& arguments, Profile& profile, Invocation& invocation) {
    const std::vector<KindCallers> kinds = find_callers(profile);
    const ReportView view = make_view(arguments.report);
    const CallersReport report{profile, kinds, arguments.depth == 0 ? kMostDepth : arguments.depth};
    if (chosen_format(arguments.report) == OutputFormat::kJson) return print_callers_json(invocation.out, report, view);
    show_report(invocation.out, arguments.report.terminal,
                [&](std::ostream& out) { print_callers_text(out, report, view); });
}

bool wants_tree(const ScopesArguments& arguments) {
    return arguments.tree || arguments.blocks || !arguments.compat.empty();
}

void scopes(const ScopesArguments& arguments, Invocation& invocation) {
    const std::unique_ptr<NamingRoom> naming = make_naming(arguments.report);
    const std::unique_ptr<Profile> profile = open_profile(arguments.trace, *naming);
    if (arguments.callers || wants_tree(arguments)) {
        arguments.callers ? print_callers(arguments, *profile, invocation)
                          : print_tree(arguments, *profile, invocation);
        print_warnings(invocation.err, *naming);
        if (arguments.exit_code && report_scopes(*profile).survivors.blocks() != 0) invocation.status = 1;
        return;
    }
    const ScopeReport report = report_scopes(*profile);
    const ReportView view = make_view(arguments.report);
    if (chosen_format(arguments.report) == OutputFormat::kJson) {
        print_scopes_json(invocation.out, *profile, report, view, naming->symbolizer);
    } else {
        show_report(invocation.out, arguments.report.terminal,
                    [&](std::ostream& out) { print_scopes_text(out, *profile, report, view); });
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
    command->add_flag("--tree", arguments->tree,
                      "The tree of the single scopes and pools with what each holds; -n limits the children of each");
    command->add_flag("--blocks", arguments->blocks, "That tree with the single blocks");
    command->add_flag(
        "--callers", arguments->callers,
        "Where instances begin and end, and the trees of callers through which blocks were allocated and, "
        "with a ledger, released");
    command->add_option("--depth", arguments->depth, "Levels of such a tree, 0: 128 (default: 12)")
        ->check(CLI::Range(std::size_t{0}, kMostDepth).description(""))
        ->type_name("N");
    command->add_option("--compat", arguments->compat, "cjdns: that tree in the form of cjdns' Allocator_snapshot")
        ->check(CLI::IsMember({"cjdns"}).description(""))
        ->type_name("FORM");
    add_report_options(*command, arguments->report, false);
    command->callback([arguments, &invocation] { scopes(*arguments, invocation); });
}

}  // namespace dregs
