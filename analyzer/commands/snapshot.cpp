// dregs snapshot PID|TRACE: a point-in-time copy of a live trace.
#include "analyzer/trace/snapshot.h"

#include <absl/strings/str_cat.h>

#include <optional>

#include "analyzer/commands/command.h"
#include "analyzer/output/escape.h"
#include "analyzer/symbols/frame.h"
#include "analyzer/trace/error.h"
#include "analyzer/trace/freeze.h"
#include "analyzer/trace/header_reader.h"
#include "analyzer/trace/load.h"
#include "analyzer/trace/locate.h"
#include "analyzer/trace/process_status.h"

namespace dregs {
namespace {

struct SnapshotArguments {
    std::string trace;
    std::string output;
    bool consistent = false;
};

// server.4711.dregs -> ./server.4711.snapshot.dregs
std::string default_output(const FileSource& source) {
    const std::string name(display_name(source.name()));
    const std::size_t dot = name.rfind('.');
    const bool suffixed = dot != std::string::npos && dot != 0;
    return suffixed ? absl::StrCat(name.substr(0, dot), ".snapshot", name.substr(dot)) : name + ".snapshot.dregs";
}

// Nothing when the process does not run any more: then the file stands still by itself.
std::optional<pid_t> running_writer(const OpenedTrace& opened) {
    const Trace trace = load_trace(*opened.source, [](const LiveBlock&) {});
    const ProcessStatus status = process_status(trace, *opened.source, opened.pid);
    return status.running() ? std::optional(static_cast<pid_t>(status.pid)) : std::nullopt;
}

void snapshot(const SnapshotArguments& arguments, Invocation& invocation) {
    const OpenedTrace opened = open_trace_or_pid(arguments.trace);
    SnapshotOptions options;
    options.path = arguments.output.empty() ? default_output(*opened.source) : arguments.output;
    options.consistent = arguments.consistent;
    std::optional<Freeze> freeze;
    const auto writer = arguments.consistent ? running_writer(opened) : std::nullopt;
    if (writer) freeze.emplace(*writer);
    const std::string path = take_snapshot(*opened.source, options);
    freeze.reset();
    invocation.out << escape_text(path) << '\n';
}

}  // namespace

void add_snapshot(CLI::App& app, Invocation& invocation) {
    CLI::App* command = app.add_subcommand("snapshot", "Copy the trace of a running process as it is now");
    auto arguments = std::make_shared<SnapshotArguments>();
    command->add_option("trace", arguments->trace, "The pid of a running traced process, or its trace")
        ->required()
        ->type_name("PID|TRACE");
    command
        ->add_option(
            "-o,--output", arguments->output,
            "The copy (default: NAME.snapshot.dregs here); one that exists is kept, and .2 goes before the suffix")
        ->type_name("FILE");
    command->add_flag("--consistent", arguments->consistent, "Stop the process for as long as the copy takes");
    command->callback([arguments, &invocation] { snapshot(*arguments, invocation); });
}

}  // namespace dregs
