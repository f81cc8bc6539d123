// dregs run [options] -- PROGRAM [ARGUMENTS]: traces a program; ends as it ends.
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>
#include <absl/strings/string_view.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "analyzer/commands/adapters.h"
#include "analyzer/commands/child.h"
#include "analyzer/commands/command.h"
#include "analyzer/commands/output_pattern.h"
#include "analyzer/commands/program_file.h"
#include "analyzer/commands/recording_options.h"
#include "analyzer/commands/run_watch.h"
#include "analyzer/commands/scope_library.h"
#include "analyzer/commands/shell_word.h"
#include "analyzer/commands/shim_path.h"
#include "analyzer/commands/trigger_options.h"
#include "analyzer/commands/usage_problem.h"
#include "analyzer/commands/written_traces.h"
#include "analyzer/output/escape.h"
#include "analyzer/trace/clock.h"
#include "analyzer/trace/error.h"
#include "analyzer/trace/new_file.h"

namespace dregs {
namespace {

constexpr const char* kAdapterVariable = "DREGS_ADAPTER";
constexpr int kNotFound = 127;  // as shells have it
constexpr int kNotExecutable = 126;

struct RunArguments {
    CLI::App* command = nullptr;
    RecordingOptions recording;
    TriggerOptions triggers;
    std::string adapter;
    std::vector<std::string> scopes;
    bool quiet = false;
    bool hints = false;
    bool strict = false;
    bool print_environment = false;
};

// The program and its arguments: what stood behind "--", or else what the parser left over.
std::vector<std::string> program_words(CLI::App& command, const Invocation& invocation) {
    const std::vector<std::string> words = command.remaining();
    if (!words.empty() && words.front().starts_with('-')) throw Error("run: " + unknown_option(command, words.front()));
    if (!invocation.program.empty() && !words.empty()) throw Error("run: what is " + words.front() + " before --?");
    const std::vector<std::string>& program = invocation.program.empty() ? words : invocation.program;
    if (program.empty()) throw Error("run: which program? For example: dregs run -- ./server");
    return program;
}

// What is known before: that the program is out of reach, or that there is no place for its trace. Empty: nothing.
std::string foreseen_problem(const std::string& path, const RunArguments& arguments) {
    const std::string reason = untraceable_reason(path);
    if (!reason.empty()) return absl::StrCat(path, " cannot be traced: ", reason);
    const std::string place = unwritable_place(arguments.recording.output_pattern());
    return place.empty() ? "" : "no trace can be written: " + place;
}

// Returns whether something was said.
bool check_program(const std::string& path, const RunArguments& arguments, Invocation& invocation) {
    const std::string message = foreseen_problem(path, arguments);
    if (message.empty()) return false;
    if (arguments.strict) throw Error(message);
    invocation.err << "dregs: warning: " << escape_text(message) << "; it runs all the same" << std::endl;
    return true;
}

int not_started(const std::string& program, int error, Invocation& invocation) {
    invocation.err << "dregs: " << escape_text(program) << ": " << std::strerror(error) << '\n';
    return error == ENOENT ? kNotFound : kNotExecutable;
}

// A series begins with two snapshots of the process; those of others may have been counted, too.
bool has_series(const std::string& trace) { return find_named_by(path_with(literal_pattern(trace), "%n")).size() >= 2; }

// What to type next, in one line: "dregs: trace: server.4711.dregs and 2 more; next: dregs top server.4711.dregs"
void tell_next(const WrittenTraces& traces, const RunWatch& watch, Invocation& invocation) {
    const std::string& first = traces.own.empty() ? traces.children.front() : traces.own.back();
    const std::size_t others = traces.own.size() + traces.children.size() - 1;
    invocation.err << "dregs: trace: " << escape_text(first);
    if (others != 0) invocation.err << " and " << others << (others == 1 ? " more" : " more beside it");
    if (watch.taken() != 0)
        invocation.err << ", " << watch.taken() << (watch.taken() == 1 ? " snapshot" : " snapshots");
    const bool series = watch.taken() != 0 && has_series(first);
    invocation.err << "; next: dregs " << (series ? "diff " : "top ")
                   << escape_text(series ? shell_pattern(path_with(first, "*")) : shell_word(first)) << '\n';
}

// The option, else the variable, else what the program itself needs.
std::string adapter_choice(const RunArguments& arguments) {
    if (!arguments.adapter.empty()) return arguments.adapter;
    const char* inherited = std::getenv(kAdapterVariable);
    return inherited && *inherited ? inherited : "auto";
}

// The shim, and behind it the adapters and what begins and ends scopes.
std::vector<std::string> find_preloaded(const std::string& path, const std::vector<std::string>& words,
                                        const RunArguments& arguments, Invocation& invocation) {
    const std::string shim = find_shim();
    const std::string image = started_image(path, {words.begin() + 1, words.end()});
    if (has_foreign_loader(image)) return {};
    const ChosenAdapters adapters = choose_adapters(adapter_choice(arguments), image, shim);
    if (adapters.by_itself && !adapters.names.empty() && !arguments.quiet) {
        invocation.err << "dregs: " << escape_text(image)
                       << " uses pools that are shown with --adapter=" << absl::StrJoin(adapters.names, ",")
                       << "; --adapter=none leaves them alone" << std::endl;
    }
    std::vector<std::string> preloaded{shim};
    preloaded.insert(preloaded.end(), adapters.paths.begin(), adapters.paths.end());
    const std::string spans = make_scope_library(arguments.scopes, image, shim, invocation.err);
    if (!spans.empty()) preloaded.push_back(spans);
    return preloaded;
}

// A hint is for people: where none looks on, standard error has warnings at most beside what the program wrote.
bool wants_hints(const RunArguments& arguments) {
    return !arguments.quiet && (arguments.hints || ::isatty(STDERR_FILENO) == 1);
}

struct Start {
    std::uint64_t ns;  // CLOCK_REALTIME
    bool warned;       // that there will be no trace
};

// Until it has ended. Returns its wait status.
int attend(Child& child, RunWatch& watch, const RunArguments& arguments, const Start& start, Invocation& invocation) {
    const std::string pattern = arguments.recording.output_pattern();
    watch.begin(child.pid(), start.ns);
    const int status = child.wait([&] { watch.request(); });
    const WrittenTraces traces = find_written_traces(pattern, child.pid(), start.ns);
    watch.end(traces.own.empty() ? "" : traces.own.back());
    const bool none = traces.own.empty() && traces.children.empty();
    if (none && !start.warned && !arguments.quiet) {
        invocation.err << "dregs: no trace was written: nothing was allocated, or the trace could not be made\n";
    } else if (!none && wants_hints(arguments)) {
        tell_next(traces, watch, invocation);
    }
    if (watch.failures() != 0 && !arguments.quiet) {
        invocation.err << "dregs: " << watch.failures() << " times a snapshot failed\n";
    }
    return status;
}

void print_environment(const std::vector<std::string>& environment, Invocation& invocation) {
    for (const absl::string_view entry : environment) {
        if (!absl::StartsWith(entry, "DREGS_") && !absl::StartsWith(entry, "LD_PRELOAD=")) continue;
        const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(entry, absl::MaxSplits('=', 1));
        invocation.out << parts.first << '=' << quoted(parts.second) << '\n';
    }
}

void run(const RunArguments& arguments, Invocation& invocation) {
    const std::vector<std::string> words = program_words(*arguments.command, invocation);
    const std::string path = find_program(words.front());
    if (path.empty()) {
        invocation.status = not_started(words.front(), ENOENT, invocation);
        return;
    }
    const bool warned = check_program(path, arguments, invocation);
    const std::vector<std::string> preloaded = find_preloaded(path, words, arguments, invocation);
    const std::vector<std::string> environment = arguments.recording.environment(preloaded);
    if (arguments.print_environment) return print_environment(environment, invocation);
    const Start start{clock_ns(CLOCK_REALTIME), warned};
    RunWatch watch(arguments.triggers.plan(), arguments.recording.output_pattern(), invocation.err);
    Child child(path, words, environment, arguments.triggers.signal());
    if (child.start_error() != 0) {
        child.wait();
        invocation.status = not_started(words.front(), child.start_error(), invocation);
        return;
    }
    const int status = attend(child, watch, arguments, start, invocation);
    invocation.err.flush();
    invocation.status = end_like(status);
}

}  // namespace

void add_run(CLI::App& app, Invocation& invocation) {
    CLI::App* command = app.add_subcommand("run", "Trace a program");
    auto arguments = std::make_shared<RunArguments>();
    arguments->command = command;
    arguments->recording.add_to(*command);
    command
        ->add_option("--adapter", arguments->adapter,
                     "Show the pools of these libraries, as names with commas; auto: of those that the program is "
                     "linked with; none (DREGS_ADAPTER; default: auto)")
        ->check(CLI::Validator(adapter_problem, ""))
        ->type_name("NAMES");
    arguments->triggers.add_to_run(*command);
    command
        ->add_option(
            "--scope", arguments->scopes,
            "An instance of scope NAME begins when function BEGIN is called and ends when END is called next on "
            "the same thread; both are exported by a library and called from outside of it; may be repeated, "
            "and each side may be several functions with commas")
        ->type_name("NAME=BEGIN..END")
        ->allow_extra_args(false);
    command->add_flag("--hints", arguments->hints,
                      "Say at the end which traces were written and what to type next, even where standard error is no "
                      "terminal");
    command->add_flag("-q,--quiet", arguments->quiet,
                      "Do not say which adapters are used, nor which traces were written");
    command->add_flag("--print-environment", arguments->print_environment,
                      "Do not start the program; print the variables that would be set, for plain LD_PRELOAD");
    command->add_flag("--strict", arguments->strict,
                      "Do not start a program that cannot be traced (default: warn and start it)");
    command->footer("The exit status is the program's; 127: not found, 126: cannot be executed.");
    command->prefix_command();
    command->callback([arguments, &invocation] { run(*arguments, invocation); });
}

}  // namespace dregs
