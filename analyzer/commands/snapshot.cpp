// dregs snapshot PID|TRACE: a point-in-time copy of a live trace, or one after the other.
#include "analyzer/trace/snapshot.h"

#include <absl/strings/str_cat.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "analyzer/commands/command.h"
#include "analyzer/commands/snapshot_name.h"
#include "analyzer/commands/trigger_options.h"
#include "analyzer/output/escape.h"
#include "analyzer/trace/error.h"
#include "analyzer/trace/freeze.h"
#include "analyzer/trace/header_reader.h"
#include "analyzer/trace/load.h"
#include "analyzer/trace/locate.h"
#include "analyzer/trace/process_status.h"
#include "analyzer/watch/watcher.h"

namespace dregs {
namespace {

struct SnapshotArguments {
    std::string trace;
    std::string output;
    bool consistent = false;
    TriggerOptions triggers;
};

// Signals that end us end the watch between two snapshots, not in the middle of one.
constexpr int kEnding[] = {SIGINT, SIGTERM, SIGHUP};
Watcher* g_watcher = nullptr;
volatile sig_atomic_t g_ended_by = 0;

void end_watch(int signal) {
    g_ended_by = signal;
    g_watcher->stop();
}

// Readable when the process has ended.
class ProcessEnd {
  public:
    explicit ProcessEnd(pid_t pid) : descriptor_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {
        if (descriptor_ < 0) throw Error(absl::StrCat("process ", pid, ": ", std::strerror(errno)));
    }
    ~ProcessEnd() { ::close(descriptor_); }
    ProcessEnd(const ProcessEnd&) = delete;
    ProcessEnd& operator=(const ProcessEnd&) = delete;
    int descriptor() const { return descriptor_; }

  private:
    int descriptor_;
};

// Nothing when the process does not run any more: then the file stands still by itself.
std::optional<pid_t> running_writer(const OpenedTrace& opened) {
    const Trace trace = load_trace(*opened.source, [](const LiveBlock&) {});
    const ProcessStatus status = process_status(trace, *opened.source, opened.pid);
    return status.running() ? std::optional(static_cast<pid_t>(status.pid)) : std::nullopt;
}

// After an exec the process writes another trace.
std::vector<WatchTarget> target_of(pid_t pid, const std::string& output) {
    try {
        const auto source = open_trace_of(static_cast<std::uint32_t>(pid));
        return {
            {source->name(), static_cast<std::uint32_t>(pid), output.empty() ? snapshot_name(*source, "") : output}};
    } catch (const Error&) {
        return {};
    }
}

void watch_until_end(Watcher& watcher) {
    g_watcher = &watcher;
    struct sigaction action {};
    action.sa_handler = end_watch;
    for (const int signal : kEnding) ::sigaction(signal, &action, nullptr);
    watcher.run();
    for (const int signal : kEnding) ::signal(signal, SIG_DFL);
    if (g_ended_by != 0) ::raise(g_ended_by);
}

void watch(const SnapshotArguments& arguments, Invocation& invocation) {
    const OpenedTrace opened = open_trace_or_pid(arguments.trace);
    const auto pid = running_writer(opened);
    if (!pid) throw Error(absl::StrCat(arguments.trace, ": its process does not run any more"));
    if (arguments.consistent) throw Error("--consistent does not go with more than one snapshot");
    const ProcessEnd end(*pid);
    std::size_t taken = 0;
    WatchHooks hooks;
    hooks.find = [&] { return target_of(*pid, arguments.output); };
    hooks.taken = [&](const std::string& path) { ++taken, invocation.out << escape_text(path) << std::endl; };
    hooks.failed = [&](const std::string& why) { invocation.err << "dregs: " << escape_text(why) << std::endl; };
    Watcher watcher(arguments.triggers.plan(), hooks, end.descriptor());
    watch_until_end(watcher);
    if (taken == 0 && watcher.failures() != 0) invocation.status = 2;
}

void snapshot(const SnapshotArguments& arguments, Invocation& invocation) {
    if (arguments.triggers.plan().watches()) return watch(arguments, invocation);
    const OpenedTrace opened = open_trace_or_pid(arguments.trace);
    SnapshotOptions options;
    options.path = arguments.output.empty() ? snapshot_name(*opened.source, ".snapshot") : arguments.output;
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
    arguments->triggers.add_to_snapshot(*command);
    command->callback([arguments, &invocation] { snapshot(*arguments, invocation); });
}

}  // namespace dregs
