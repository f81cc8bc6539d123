// The watch that `dregs run` keeps over its program and the processes that come from it.
//
// Owns a thread of ours, so that signals pass on while a snapshot is written. Nothing of it is in the program.
#pragma once

#include <sys/types.h>

#include <ostream>
#include <string>
#include <thread>

#include "analyzer/watch/watcher.h"

namespace dregs {

class RunWatch {
  public:
    // `pattern`: what the traces are called. Failures are told on `err` while the program runs.
    RunWatch(const SnapshotPlan& plan, std::string pattern, std::ostream& err);
    ~RunWatch();
    RunWatch(const RunWatch&) = delete;
    RunWatch& operator=(const RunWatch&) = delete;

    // The program was started as `pid`, after `since_ns` of CLOCK_REALTIME. Signals that must not come to the thread
    // are blocked.
    void begin(pid_t pid, std::uint64_t since_ns);
    // A snapshot of all processes, now.
    void request() { watcher_.request(); }
    // The program has ended; what it wrote last is `trace`, "" if nothing. Waits for a snapshot that is being written.
    void end(const std::string& trace);

    std::size_t taken() const { return taken_; }
    std::size_t failures() const { return watcher_.failures(); }

  private:
    std::vector<WatchTarget> find() const;
    WatchHooks hooks(std::ostream& err);

    SnapshotPlan plan_;
    std::string pattern_;
    std::ostream& err_;
    pid_t pid_ = 0;
    std::uint64_t since_ns_ = 0;
    std::size_t taken_ = 0;
    Watcher watcher_;
    std::thread thread_;
};

}  // namespace dregs
