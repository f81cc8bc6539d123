// Holds every thread of a process still, for as long as the object lives.
//
// Owns the ptrace attachments. Nothing is written to the process; should we die, the kernel lets it go on. Signals that
// arrive meanwhile are delivered when it goes on.
#pragma once

#include <sys/types.h>

#include <map>

namespace dregs {

class Freeze {
  public:
    // Throws Error with the reason and what to do about it.
    explicit Freeze(pid_t pid);
    ~Freeze();
    Freeze(const Freeze&) = delete;
    Freeze& operator=(const Freeze&) = delete;

  private:
    bool seize_new_tasks();
    void seize(pid_t tid);
    void wait_until_still(pid_t tid);
    void release();

    pid_t pid_;
    std::map<pid_t, int> held_;  // thread -> signal to give it when it goes on
};

}  // namespace dregs
