// See run_watch.h.
#include "analyzer/commands/run_watch.h"

#include <signal.h>

#include <system_error>

#include "analyzer/commands/written_traces.h"
#include "analyzer/output/escape.h"

namespace dregs {

RunWatch::RunWatch(const SnapshotPlan& plan, std::string pattern, std::ostream& err)
    : plan_(plan), pattern_(std::move(pattern)), err_(err), watcher_(plan, hooks(err)) {}

RunWatch::~RunWatch() {
    if (!thread_.joinable()) return;
    watcher_.stop();
    thread_.join();
}

WatchHooks RunWatch::hooks(std::ostream& err) {
    return {[this] { return find(); }, [this](const std::string&) { ++taken_; },
            [&err](const std::string& message) { err << "dregs: " << escape_text(message) << std::endl; }};
}

std::vector<WatchTarget> RunWatch::find() const {
    std::vector<WatchTarget> targets;
    for (const WrittenTrace& trace : list_written_traces(pattern_, pid_, since_ns_)) {
        targets.push_back({trace.path, static_cast<std::uint32_t>(trace.pid), trace.path});
    }
    return targets;
}

void RunWatch::begin(pid_t pid, std::uint64_t since_ns) {
    pid_ = pid;
    since_ns_ = since_ns;
    if (plan_.watches() || plan_.at_exit) ::signal(SIGXFSZ, SIG_IGN);  // a limit of file sizes is an error, not our end
    if (!plan_.watches()) return;
    try {
        thread_ = std::thread([this] { watcher_.run(); });
    } catch (const std::system_error& error) {
        err_ << "dregs: no snapshots will be taken: " << error.what() << std::endl;
    }
}

void RunWatch::end(const std::string& trace) {
    watcher_.stop();
    if (thread_.joinable()) thread_.join();
    if (plan_.at_exit && !trace.empty()) watcher_.take_exit({trace, static_cast<std::uint32_t>(pid_), trace});
}

}  // namespace dregs
