// dregs ls [FOLDER|TRACE ...]: which traces there are: those that processes write, and those in folders.
#include <absl/strings/match.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "analyzer/commands/command.h"
#include "analyzer/commands/paged_output.h"
#include "analyzer/output/escape.h"
#include "analyzer/output/trace_list.h"
#include "analyzer/trace/clock.h"
#include "analyzer/trace/error.h"
#include "analyzer/trace/traced_processes.h"
#include "analyzer/watch/live_gauge.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

struct LsArguments {
    std::vector<std::string> places;
    bool json = false;
    TerminalOptions terminal;
};

// Collects each trace once, whatever it was found by.
class TraceFinder {
  public:
    explicit TraceFinder(std::ostream& err) : err_(err) {}

    void add_processes();
    bool add_place(const std::string& place);  // false: it cannot be read
    std::vector<ListedTrace> sorted() &&;

  private:
    void add_folder(const std::string& folder);
    bool add_file(const std::string& path);
    void add(const FileSource& source, std::uint32_t pid);

    std::ostream& err_;
    std::set<std::pair<dev_t, ino_t>> known_;
    std::vector<ListedTrace> traces_;
};

// The counters' balance; nothing where pools or samples make them tell no live blocks.
std::optional<std::uint64_t> counted_live(const FileSource& source) {
    const HeapCounters counters = read_counters(source);
    if (!counters.tell_live || counters.frees > counters.allocs) return std::nullopt;
    return counters.allocs - counters.frees;
}

std::uint64_t stored_bytes(const std::string& path) {
    constexpr std::uint64_t kUnit = 512;  // of st_blocks, whatever the file system's blocks are
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_blocks) * kUnit : 0;
}

void TraceFinder::add(const FileSource& source, std::uint32_t pid) {
    if (!known_.emplace(source.device(), source.inode()).second) return;
    traces_.push_back({summarize(source, pid), source.name(), stored_bytes(source.name()), counted_live(source)});
}

void TraceFinder::add_processes() {
    for (const TracedProcess& process : find_traced_processes()) {
        try {
            add(*process.source, process.pid);
        } catch (const Error&) {  // it is being made, or cut short
        }
    }
}

// What cannot be read is said, and the others are listed all the same.
bool TraceFinder::add_file(const std::string& path) {
    try {
        add(FileSource(path), 0);
        return true;
    } catch (const Error& error) {
        err_ << "dregs: " << escape_text(error.what()) << '\n';
        return false;
    }
}

void TraceFinder::add_folder(const std::string& folder) {
    std::error_code error;
    std::vector<std::string> files;
    fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        std::error_code ignored;
        const std::string path = entry->path().string();
        if (absl::EndsWith(path, ".dregs") && entry->is_regular_file(ignored)) files.push_back(path);
    }
    if (error) err_ << "dregs: " << escape_text(folder) << ": " << error.message() << '\n';
    std::sort(files.begin(), files.end());
    for (const std::string& file : files) add_file(absl::StartsWith(file, "./") ? file.substr(2) : file);
}

bool TraceFinder::add_place(const std::string& place) {
    std::error_code ignored;
    if (!fs::is_directory(place, ignored)) return add_file(place);
    add_folder(place);
    return true;
}

// What runs first, then the newest.
std::vector<ListedTrace> TraceFinder::sorted() && {
    std::stable_sort(traces_.begin(), traces_.end(), [](const ListedTrace& a, const ListedTrace& b) {
        const bool a_runs = a.summary.liveness == Liveness::kRunning;
        const bool b_runs = b.summary.liveness == Liveness::kRunning;
        return a_runs != b_runs ? a_runs : a.summary.start_realtime_ns > b.summary.start_realtime_ns;
    });
    return std::move(traces_);
}

void ls(const LsArguments& arguments, Invocation& invocation) {
    TraceFinder finder(invocation.err);
    if (arguments.places.empty()) {
        finder.add_processes();
        finder.add_place(".");
    }
    for (const std::string& place : arguments.places) {
        if (!finder.add_place(place)) invocation.status = 2;
    }
    const std::vector<ListedTrace> traces = std::move(finder).sorted();
    const std::uint64_t now = clock_ns(CLOCK_REALTIME);
    if (arguments.json) return print_traces_json(invocation.out, traces, now);
    if (traces.empty() && invocation.status == 0) {
        invocation.err << "dregs: no process is traced, and there is no trace here; dregs run -- PROGRAM makes one\n";
        return;
    }
    show_report(invocation.out, arguments.terminal,
                [&](std::ostream& out) { print_traces_text(out, traces, now, {wants_colour(arguments.terminal)}); });
}

}  // namespace

void add_ls(CLI::App& app, Invocation& invocation) {
    CLI::App* command = app.add_subcommand("ls", "Which processes are traced, and which traces there are");
    auto arguments = std::make_shared<LsArguments>();
    command
        ->add_option("places", arguments->places,
                     "Traces, or folders with traces (*.dregs) in them or below (default: all traced processes, and "
                     "the current folder)")
        ->type_name("[TRACE|DIR ...]")
        ->expected(0, 1000000);
    command->add_flag("--json", arguments->json, "As JSON");
    add_terminal_options(*command, arguments->terminal);
    command->footer(
        "Live blocks are allocations minus frees by the trace's counters, the C library's own buffers included; - "
        "where pools or samples make that no number of blocks. Age is the time since tracing began, size what is "
        "stored.\n"
        "States: running, exited, ended (killed, aborted, or by _exit), replaced (by exec), snapshot, imported, "
        "elsewhere (on another host).");
    command->callback([arguments, &invocation] { ls(*arguments, invocation); });
}

}  // namespace dregs
