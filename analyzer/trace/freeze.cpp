// See freeze.h.
#include "analyzer/trace/freeze.h"

#include <absl/strings/str_cat.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include "analyzer/trace/error.h"
#include "analyzer/trace/process_maps.h"

namespace dregs {
namespace {

std::string hint(int error) {
    if (error != EPERM) return "";
    int scope = 0;
    std::ifstream("/proc/sys/kernel/yama/ptrace_scope") >> scope;
    if (scope != 0) return " (kernel.yama.ptrace_scope is " + std::to_string(scope) + ": be root, or a debugger of it)";
    return " (it belongs to another user, or a debugger has it)";
}

// A thread that has ended but is still listed, such as a first thread that others outlive, cannot be attached to.
bool is_dead(pid_t pid, pid_t tid) {
    std::ifstream file(absl::StrCat("/proc/", pid, "/task/", tid, "/stat"));
    std::string line;
    std::getline(file, line);
    const std::size_t name_end = line.rfind(')');
    if (name_end == std::string::npos || name_end + 2 >= line.size()) return true;
    return line[name_end + 2] == 'Z' || line[name_end + 2] == 'X';
}

}  // namespace

Freeze::Freeze(pid_t pid) : pid_(pid) {
    try {
        // A thread may start another until it is held: look until there is none that is new.
        while (seize_new_tasks()) {
        }
    } catch (...) {
        release();
        throw;
    }
    if (held_.empty()) throw Error(absl::StrCat("there is no process ", pid));
}

Freeze::~Freeze() { release(); }

bool Freeze::seize_new_tasks() {
    bool any = false;
    for (const std::uint32_t task : list_tasks(static_cast<std::uint32_t>(pid_))) {
        const auto tid = static_cast<pid_t>(task);
        if (held_.contains(tid)) continue;
        seize(tid);
        any = any || held_.contains(tid);
    }
    return any;
}

void Freeze::seize(pid_t tid) {
    if (::ptrace(PTRACE_SEIZE, tid, nullptr, nullptr) != 0) {
        const int error = errno;
        if (error == ESRCH || is_dead(pid_, tid)) return;
        throw Error(
            absl::StrCat("process ", pid_, " cannot be stopped for the copy: ", std::strerror(error), hint(error)));
    }
    held_[tid] = 0;
    if (::ptrace(PTRACE_INTERRUPT, tid, nullptr, nullptr) == 0) wait_until_still(tid);
}

void Freeze::wait_until_still(pid_t tid) {
    int status = 0;
    pid_t got = 0;
    do got = ::waitpid(tid, &status, __WALL);
    while (got < 0 && errno == EINTR);
    const bool stopped = got == tid && WIFSTOPPED(status);
    const bool by_signal = stopped && status >> 16 == 0;  // a signal was about to be delivered: still is
    if (by_signal) held_[tid] = WSTOPSIG(status);
}

void Freeze::release() {
    for (const auto& [tid, signal] : held_) {
        ::ptrace(PTRACE_DETACH, tid, nullptr, reinterpret_cast<void*>(static_cast<std::intptr_t>(signal)));
    }
    held_.clear();
}

}  // namespace dregs
