// Runs a program as our child and becomes as it: signals pass through, and so does the way it ends.
//
// The child gets the descriptors, signal mask and signal dispositions that we were given, nothing of ours.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dregs {

class Child {
  public:
    // Starts the program in `argv[0]` of `path` with the environment given. Throws Error when there is no process to
    // be had; what exec says is in start_error(). `own_signal`, if any, is for us and not passed on.
    Child(const std::string& path, const std::vector<std::string>& argv, const std::vector<std::string>& environment,
          int own_signal = 0);
    // Signals were held back so long; those that came for the program are dropped.
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    pid_t pid() const { return pid_; }
    // errno of exec, 0: it runs.
    int start_error() const { return start_error_; }
    // Waits for its end, passing signals on; `on_own_signal` is called when that comes. Returns the wait status.
    int wait(const std::function<void()>& on_own_signal = {});

  private:
    // Its wait status when it has ended. Others that have: the first process of a container is given all orphans, which
    // nobody else would ever reap.
    std::optional<int> reap() const;

    sigset_t watched_{};
    int own_signal_;
    pid_t pid_ = -1;
    int start_error_ = 0;
    sigset_t former_mask_{};
    struct sigaction former_action_ {};  // of SIGCHLD
};

// The exit status for a wait status; does not return when a signal ended the child: we die of the same.
int end_like(int wait_status);

}  // namespace dregs
