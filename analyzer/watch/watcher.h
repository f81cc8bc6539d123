// Takes snapshots of running processes as a plan says: by time, growth, resident set, on request.
//
// Sleeps in poll until something is due: the next interval, a look inside (ten a second, where the plan needs them), a
// request, the end. `dregs run` gives it a thread of its own, so that signals pass on while a snapshot is written;
// `dregs snapshot PID --every` its main thread. What fails is said and does not end the watch.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "analyzer/watch/watched_process.h"

namespace dregs {

struct WatchHooks {
    std::function<std::vector<WatchTarget>()> find;          // who is there to watch now
    std::function<void(const std::string& path)> taken;      // a snapshot stands there
    std::function<void(const std::string& message)> failed;  // each message once, until one succeeds again
};

class Watcher {
  public:
    // Throws Error when the system gives no descriptor. `ends`: becomes readable when the watch is to end, -1: it ends
    // by stop() alone. It is lent.
    Watcher(const SnapshotPlan& plan, WatchHooks hooks, int ends = -1);
    ~Watcher();
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    // Until the plan's count, stop() or `ends`.
    void run();
    // From any thread, at any time: a snapshot of all; the end.
    void request();
    void stop();

    // After run() is over: the last state of a process that has ended.
    void take_exit(const WatchTarget& target);
    std::size_t failures() const { return failures_; }

  private:
    enum : std::uint64_t { kRequest = 1, kStop = 1u << 16 };  // added to the event's counter

    bool wait();
    int timeout_ms() const;
    void wake(std::uint64_t what) const;
    void begin();
    void serve(bool requested);
    void look_at_all();
    void refresh();
    void adopt(const WatchTarget& target);
    bool take_of_all(SnapshotReason reason);
    bool take(WatchedProcess& process, SnapshotReason reason, bool at_rest = false);
    void fail(SnapshotReason reason, const std::string& why);

    SnapshotPlan plan_;
    WatchHooks hooks_;
    int ends_;
    int event_ = -1;
    bool stopped_ = false;
    bool requested_ = false;
    std::size_t moments_ = 0;
    std::size_t failures_ = 0;
    std::string last_failure_;
    std::uint64_t next_interval_ = 0;  // by CLOCK_MONOTONIC, in nanoseconds
    std::uint64_t next_look_ = 0;
    std::uint64_t next_refresh_ = 0;
    absl::flat_hash_map<std::string, std::unique_ptr<WatchedProcess>> processes_;  // by trace
    absl::flat_hash_map<std::string, std::unique_ptr<WatchedProcess>> ended_;      // for their exit's snapshot
};

}  // namespace dregs
