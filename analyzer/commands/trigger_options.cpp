// See trigger_options.h.
#include "analyzer/commands/trigger_options.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>
#include <signal.h>

#include <algorithm>
#include <cstring>

#include "analyzer/commands/signal_name.h"
#include "analyzer/commands/value_checks.h"
#include "analyzer/trace/error.h"

namespace dregs {
namespace {

constexpr std::uint64_t kShortestInterval = 100'000'000;

// "--snapshot-every" -> "DREGS_SNAPSHOT_EVERY"
std::string variable_of(const std::string& option) {
    return "DREGS_" + absl::AsciiStrToUpper(absl::StrReplaceAll(option.substr(2), {{"-", "_"}}));
}

// What would end us, cannot be waited for, or has a meaning for us already.
bool can_ask(int signal) {
    constexpr int kOthers[] = {SIGKILL, SIGSTOP, SIGCHLD, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGXFSZ};
    return signal != 0 && std::find(std::begin(kOthers), std::end(kOthers), signal) == std::end(kOthers);
}

// What is no signal at all, and in braces what can ask.
std::string signal_problem(const std::string& name) {
    if (name.empty() || signal_by_name(name) != 0) return {};
    std::string known = "RTMIN,RTMAX";
    for (int signal = 1; signal < SIGRTMIN; ++signal) {
        const char* abbreviation = ::sigabbrev_np(signal);
        if (abbreviation && can_ask(signal)) absl::StrAppend(&known, ",", abbreviation);
    }
    return absl::StrCat("there is no signal ", name, "; there are {", known, "}");
}

}  // namespace

CLI::Option* TriggerOptions::add(CLI::App& command, const char* name, std::string& value, const char* type,
                                 const char* help) const {
    const std::string option = absl::StrCat(of_run_ ? "--snapshot-" : "--", name);
    CLI::Option* added = command.add_option(option, value, help)->type_name(type);
    if (of_run_) added->envname(variable_of(option));
    return added;
}

void TriggerOptions::add_to_run(CLI::App& command) {
    of_run_ = true;
    const char* group = "Snapshots while it runs, of each of its processes";
    add(command, "every", every_, "TIME", "By time: 500ms, 10s, 2m, 1h")
        ->check(parsed_by(parse_duration))
        ->group(group);
    add(command, "growth", growth_, "AMOUNT", "Whenever so much more is live than at the last: 64M or 10000blocks")
        ->check(parsed_by(parse_growth))
        ->group(group);
    add(command, "rss", rss_, "BYTES", "When its resident set passes so much, twice as much ...")
        ->check(parsed_by(parse_bytes))
        ->group(group);
    add(command, "signal", signal_, "SIGNAL",
        "When this signal is sent to dregs run, which does not pass it on\n(default: RTMIN, which it never does)")
        ->expected(0, 1)
        ->default_str("RTMIN")
        ->check(CLI::Validator(signal_problem, ""))
        ->group(group);
    command.add_flag("--snapshot-exit", exit_, "The last state of the program, with the time of its end")
        ->envname(variable_of("--snapshot-exit"))
        ->group(group);
    command
        .add_option("--snapshot-keep", keep_,
                    "Keep at most so many of each process: the first and the newest\n(0: all)")
        ->envname(variable_of("--snapshot-keep"))
        ->check(whole_number())
        ->type_name("N")
        ->group(group);
}

void TriggerOptions::add_to_snapshot(CLI::App& command) {
    const char* group = "More than one, named after time and reason";
    add(command, "every", every_, "TIME", "One now, and one each time so much has passed: 500ms, 10s, 2m, 1h")
        ->check(parsed_by(parse_duration))
        ->group(group);
    add(command, "growth", growth_, "AMOUNT", "Whenever so much more is live than at the last: 64M or 10000blocks")
        ->check(parsed_by(parse_growth))
        ->group(group);
    add(command, "rss", rss_, "BYTES", "When its resident set passes so much, twice as much ...")
        ->check(parsed_by(parse_bytes))
        ->group(group);
    command.add_option("--count", count_, "End after so many (default: when the process ends)")
        ->check(whole_number())
        ->type_name("N")
        ->group(group);
    command.add_option("--keep", keep_, "Keep at most so many: the first and the newest (0: all)")
        ->check(whole_number())
        ->type_name("N")
        ->group(group);
}

SnapshotPlan TriggerOptions::plan() const {
    SnapshotPlan plan;
    if (!every_.empty()) plan.every_ns = parse_duration(every_);
    if (plan.every_ns != 0 && plan.every_ns < kShortestInterval) throw Error("snapshots every 100ms are the most");
    if (!growth_.empty()) plan.growth = parse_growth(growth_);
    if (!rss_.empty()) plan.rss_bytes = parse_bytes(rss_);
    plan.by_signal = signal() != 0;
    plan.at_exit = exit_;
    plan.at_once = !of_run_ && plan.every_ns != 0;
    plan.count = count_;
    plan.keep = keep_;
    return plan;
}

int TriggerOptions::signal() const {
    if (signal_.empty()) return 0;
    const int signal = signal_by_name(signal_);
    if (!can_ask(signal)) throw Error(absl::StrCat("--snapshot-signal: ", signal_, " is no signal to ask with"));
    return signal;
}

}  // namespace dregs
