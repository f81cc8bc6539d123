// dregs watch PID|TRACE: a live view in the terminal.
//
// One thread reads the trace, again and again; this one draws and takes keys, so that a large trace never holds them
// up.
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "analyzer/commands/command.h"
#include "analyzer/commands/open_profile.h"
#include "analyzer/commands/report_options.h"
#include "analyzer/commands/snapshot_name.h"
#include "analyzer/live/terminal.h"
#include "analyzer/live/view.h"
#include "analyzer/trace/error.h"
#include "analyzer/trace/snapshot.h"

namespace dregs {
namespace {

constexpr int kKeyWaitMs = 100;
constexpr double kMostShare = 0.25;  // of the time, for reading

const std::map<std::string, LiveOrder> kOrders{{"blocks", LiveOrder::kBlocks},
                                               {"bytes", LiveOrder::kBytes},
                                               {"growth", LiveOrder::kGrowth},
                                               {"outlived", LiveOrder::kOutlived}};

struct WatchArguments {
    std::string trace;
    double interval = 1;
    LiveOrder order = LiveOrder::kBlocks;
    ReportOptions report;
};

double now_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Reads the trace in a thread of its own; holds the newest reading until it is fetched.
class Sampler {
  public:
    // `first`: the first reading.
    Sampler(const OpenedTrace& opened, NamingRoom& naming, double interval, std::unique_ptr<Profile> first)
        : opened_(opened),
          naming_(naming),
          interval_(interval),
          thread_([this, first = std::move(first)]() mutable { run(std::move(first)); }) {}
    ~Sampler() {
        {
            const std::lock_guard lock(mutex_);
            stopped_ = true;
        }
        wake_.notify_all();
        thread_.join();
    }
    Sampler(const Sampler&) = delete;
    Sampler& operator=(const Sampler&) = delete;

    std::optional<LiveSample> fetch() {
        const std::lock_guard lock(mutex_);
        return std::exchange(newest_, std::nullopt);
    }
    // Why the last reading failed; "" when it did not.
    std::string problem() {
        const std::lock_guard lock(mutex_);
        return problem_;
    }
    // Waits for a reading that is being named.
    std::vector<std::string> stack_of(const LiveRow& row) {
        const std::lock_guard lock(naming_mutex_);
        return profile_ ? stack_lines(*profile_, row) : std::vector<std::string>{};
    }

  private:
    void run(std::unique_ptr<Profile> read) {
        for (bool more = true; more;) {
            const double begin = now_seconds();
            take(std::move(read));
            const double cost = now_seconds() - begin;
            more = pause(std::max(interval_ - cost, cost * (1 / kMostShare - 1)));
        }
    }
    // `profile`: null: it is still to be read.
    void take(std::unique_ptr<Profile> profile) {
        std::string problem;
        try {
            if (!profile) profile = read_profile(opened_, naming_);
            const std::lock_guard naming_lock(naming_mutex_);
            LiveSample sample = take_sample(*profile, now_seconds());
            profile_ = std::move(profile);
            const std::lock_guard lock(mutex_);
            newest_ = std::move(sample);
        } catch (const std::exception& error) {
            problem = error.what();
        }
        const std::lock_guard lock(mutex_);
        problem_ = std::move(problem);
    }
    // False: it is over.
    bool pause(double seconds) {
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, std::chrono::duration<double>(seconds), [this] { return stopped_; });
        return !stopped_;
    }

    const OpenedTrace& opened_;
    NamingRoom& naming_;
    const double interval_;
    std::mutex naming_mutex_;  // names are found by one thread at a time; also guards profile_
    std::unique_ptr<Profile> profile_;
    std::mutex mutex_;  // the rest
    std::condition_variable wake_;
    bool stopped_ = false;
    std::optional<LiveSample> newest_;
    std::string problem_;
    std::thread thread_;
};

std::string write_snapshot(const OpenedTrace& opened) {
    try {
        SnapshotOptions options;
        options.path = snapshot_name(*opened.source, ".snapshot");
        return absl::StrCat("snapshot: ", take_snapshot(*opened.source, options));
    } catch (const Error& error) {
        return absl::StrCat("no snapshot: ", error.what());
    }
}

void show_until_quit(const OpenedTrace& opened, Sampler& sampler, Terminal& terminal, LiveOrder order) {
    LiveView view(terminal.utf8(), order);
    for (;;) {
        if (auto sample = sampler.fetch()) view.add(std::move(*sample));
        if (const std::string problem = sampler.problem(); !problem.empty()) view.say(problem);
        terminal.draw(view.render(terminal.width(), terminal.height()));
        switch (view.press(terminal.wait_for_key(kKeyWaitMs))) {
            case ViewAction::kQuit:
                return;
            case ViewAction::kSnapshot:
                view.say(write_snapshot(opened));
                break;
            case ViewAction::kShowStack:
                view.show_stack(sampler.stack_of(*view.chosen()));
                break;
            case ViewAction::kNone:
                break;
        }
    }
}

void watch(const WatchArguments& arguments) {
    const std::unique_ptr<NamingRoom> naming = make_naming(arguments.report);
    const OpenedTrace opened = open_trace_or_pid(arguments.trace);
    std::unique_ptr<Profile> first =
        read_profile(opened, *naming);  // what is no trace is said before the screen is taken
    Terminal terminal(wants_colour(arguments.report.terminal));
    Sampler sampler(opened, *naming, arguments.interval, std::move(first));
    show_until_quit(opened, sampler, terminal, arguments.order);
}

}  // namespace

void add_watch(CLI::App& app, Invocation& invocation) {
    (void)invocation;  // the terminal is its output
    CLI::App* command = app.add_subcommand("watch", "A live view in the terminal: ranking, rates, scopes");
    auto arguments = std::make_shared<WatchArguments>();
    command->add_option("trace", arguments->trace, "The pid of a running traced process, or a trace")
        ->required()
        ->type_name("PID|TRACE");
    command->add_option("--interval", arguments->interval, "Seconds between readings (default: 1)")
        ->check(CLI::Range(0.1, 3600.0).description(""))
        ->type_name("SECONDS");
    command
        ->add_option("--sort", arguments->order, "blocks, bytes, growth or outlived: what sites are sorted by at first")
        ->transform(CLI::CheckedTransformer(kOrders).description(""))
        ->type_name("WHAT");
    add_naming_options(*command, arguments->report);
    add_colour_option(*command, arguments->report.terminal);
    command->callback([arguments] { watch(*arguments); });
}

}  // namespace dregs
