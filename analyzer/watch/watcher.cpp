// See watcher.h. run -> wait -> serve -> look_at_all, take_of_all -> take
#include "analyzer/watch/watcher.h"

#include <absl/strings/str_cat.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "analyzer/trace/clock.h"
#include "analyzer/trace/error.h"

namespace dregs {
namespace {

constexpr std::uint64_t kNsInMs = 1'000'000;
constexpr std::uint64_t kLookEvery = 100 * kNsInMs;
constexpr std::uint64_t kRefreshEvery = 1000 * kNsInMs;  // who has come, who has gone
constexpr std::uint64_t kNever = ~std::uint64_t{0};

std::uint64_t now_ns() { return clock_ns(CLOCK_MONOTONIC); }

// The next of the moments that are `every` apart; those that were missed are not made up for.
std::uint64_t next_after(std::uint64_t moment, std::uint64_t every, std::uint64_t now) {
    return now < moment ? moment : moment + ((now - moment) / every + 1) * every;
}

}  // namespace

Watcher::Watcher(const SnapshotPlan& plan, WatchHooks hooks, int ends)
    : plan_(plan), hooks_(std::move(hooks)), ends_(ends), event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (event_ < 0) throw Error(absl::StrCat("cannot watch: ", std::strerror(errno)));
}

Watcher::~Watcher() { ::close(event_); }

void Watcher::wake(std::uint64_t what) const {
    [[maybe_unused]] const ssize_t written = ::write(event_, &what, sizeof(what));
}

void Watcher::request() { wake(kRequest); }
void Watcher::stop() { wake(kStop); }

int Watcher::timeout_ms() const {
    const std::uint64_t due = std::min(next_interval_, next_look_);
    if (due == kNever) return -1;
    const std::uint64_t now = now_ns();
    constexpr std::uint64_t kLongest = 1u << 30;
    return due <= now ? 0 : static_cast<int>(std::min((due - now + kNsInMs - 1) / kNsInMs, kLongest));
}

// Until something is due. False at the end.
bool Watcher::wait() {
    struct pollfd events[] = {{event_, POLLIN, 0}, {ends_, POLLIN, 0}};
    if (::poll(events, 2, timeout_ms()) < 0 && errno != EINTR) return false;
    std::uint64_t told = 0;
    if (::read(event_, &told, sizeof(told)) == sizeof(told)) {
        stopped_ = stopped_ || told >= kStop;
        requested_ = told % kStop != 0;
    }
    return !stopped_ && (events[1].revents & (POLLIN | POLLHUP | POLLERR)) == 0;
}

void Watcher::begin() {
    const std::uint64_t now = now_ns();
    next_interval_ = plan_.every_ns != 0 ? now + plan_.every_ns : kNever;
    next_look_ = plan_.looks_inside() ? now : kNever;
    if (!plan_.at_once) return;
    refresh();
    for (auto& [trace, process] : processes_) process->begin_here();
    moments_ += take_of_all(SnapshotReason::kInterval);
}

void Watcher::run() {
    const auto enough = [&] { return plan_.count != 0 && moments_ >= plan_.count; };
    begin();
    while (!enough() && wait()) {
        try {
            serve(std::exchange(requested_, false));
        } catch (const std::exception& error) {  // out of memory, say: the watch goes on
            fail(SnapshotReason::kInterval, error.what());
        }
    }
}

void Watcher::serve(bool requested) {
    const std::uint64_t now = now_ns();
    if (now >= next_look_) look_at_all();
    if (!requested && now < next_interval_) return;
    refresh();
    if (requested) moments_ += take_of_all(SnapshotReason::kSignal);
    if (now < next_interval_) return;
    next_interval_ = next_after(next_interval_, plan_.every_ns, now_ns());
    moments_ += take_of_all(SnapshotReason::kInterval);
}

void Watcher::look_at_all() {
    if (processes_.empty() || now_ns() >= next_refresh_) refresh();
    for (auto& [trace, process] : processes_) {
        try {
            const auto reason = process->look();
            if (reason && process->runs()) moments_ += take(*process, *reason);
        } catch (const Error& error) {
            fail(SnapshotReason::kGrowth, error.what());
        }
    }
    next_look_ = now_ns() + kLookEvery;
}

void Watcher::refresh() {
    for (const WatchTarget& target : hooks_.find()) {
        if (!processes_.contains(target.trace)) adopt(target);
    }
    absl::erase_if(processes_, [&](auto& entry) {
        const bool gone = !entry.second->runs();
        if (gone && plan_.at_exit) ended_.insert_or_assign(entry.first, std::move(entry.second));
        return gone;
    });
    next_refresh_ = now_ns() + kRefreshEvery;
}

// A trace that has just been made may not be one yet: next time.
void Watcher::adopt(const WatchTarget& target) {
    try {
        auto process = std::make_unique<WatchedProcess>(target, plan_);
        if (process->runs()) processes_.emplace(target.trace, std::move(process));
    } catch (const Error&) {
        return;
    }
}

// Whether there was anything to take.
bool Watcher::take_of_all(SnapshotReason reason) {
    bool any = false;
    for (auto& [trace, process] : processes_) any |= take(*process, reason);
    return any;
}

bool Watcher::take(WatchedProcess& process, SnapshotReason reason, bool at_rest) {
    try {
        hooks_.taken(process.take(reason, at_rest));
        last_failure_.clear();
        return true;
    } catch (const Error& error) {
        fail(reason, error.what());
        return false;
    }
}

void Watcher::fail(SnapshotReason reason, const std::string& why) {
    ++failures_;
    const std::string kind = why.substr(why.rfind(": ") + 1);  // the file's name is another each time
    if (kind == last_failure_) return;
    last_failure_ = kind;
    hooks_.failed(absl::StrCat("no snapshot (", reason_word(reason), "): ", why));
}

void Watcher::take_exit(const WatchTarget& target) {
    try {
        auto& process = processes_[target.trace];
        if (!process) process = std::move(ended_[target.trace]);
        if (!process) process = std::make_unique<WatchedProcess>(target, plan_);
        take(*process, SnapshotReason::kExit, true);
    } catch (const Error& error) {
        fail(SnapshotReason::kExit, error.what());
    }
}

}  // namespace dregs
