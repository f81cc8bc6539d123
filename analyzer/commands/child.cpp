// See child.h.
#include "analyzer/commands/child.h"

#include <absl/strings/str_cat.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "analyzer/trace/error.h"

namespace dregs {
namespace {

constexpr int kForwarded[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};

sigset_t watched_signals(int own_signal) {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGCHLD);
    for (const int signal : kForwarded) ::sigaddset(&set, signal);
    if (own_signal != 0) ::sigaddset(&set, own_signal);
    return set;
}

std::vector<char*> pointers_to(const std::vector<std::string>& strings) {
    std::vector<char*> pointers;
    pointers.reserve(strings.size() + 1);
    for (const std::string& text : strings) pointers.push_back(const_cast<char*>(text.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

// Between fork and exec: only what is async-signal-safe. A script without #! goes to the shell, as a shell would do.
[[noreturn]] void become(const char* path, char* const* argv, char* const* environment, int report) {
    ::execvpe(path, argv, environment);
    const int error = errno;
    [[maybe_unused]] const ssize_t told = ::write(report, &error, sizeof(error));
    ::_exit(127);
}

// Closed without a word when exec succeeded.
int read_error(int pipe_end) {
    int error = 0;
    ssize_t got = 0;
    do got = ::read(pipe_end, &error, sizeof(error));
    while (got < 0 && errno == EINTR);
    ::close(pipe_end);
    return got == sizeof(error) ? error : 0;
}

// A key pressed at the terminal reaches the child by itself: it is in our process group.
bool from_terminal(const siginfo_t& info) { return info.si_code == SI_KERNEL; }

}  // namespace

Child::Child(const std::string& path, const std::vector<std::string>& argv, const std::vector<std::string>& environment,
             int own_signal)
    : watched_(watched_signals(own_signal)), own_signal_(own_signal) {
    const std::vector<char*> arguments = pointers_to(argv);
    const std::vector<char*> variables = pointers_to(environment);
    int report[2];
    if (::pipe2(report, O_CLOEXEC) != 0) throw Error(absl::StrCat("cannot make a pipe: ", std::strerror(errno)));
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL;
    ::sigaction(SIGCHLD, &standard, &former_action_);  // where it was ignored we could not wait
    ::sigprocmask(SIG_BLOCK, &watched_, &former_mask_);
    pid_ = ::fork();
    if (pid_ == 0) {
        ::sigaction(SIGCHLD, &former_action_, nullptr);
        ::sigprocmask(SIG_SETMASK, &former_mask_, nullptr);
        become(path.c_str(), arguments.data(), variables.data(), report[1]);
    }
    const int error = errno;
    ::close(report[1]);
    start_error_ = read_error(report[0]);
    if (pid_ < 0) throw Error(absl::StrCat("cannot start a process: ", std::strerror(error)));
}

Child::~Child() {
    const struct timespec at_once {};
    while (::sigtimedwait(&watched_, nullptr, &at_once) > 0) {
    }
    ::sigaction(SIGCHLD, &former_action_, nullptr);
    ::sigprocmask(SIG_SETMASK, &former_mask_, nullptr);
}

std::optional<int> Child::reap() const {
    int status = 0;
    pid_t done = 0;
    do {
        // Not what another of our threads holds still to take a snapshot.
        done = ::waitpid(-1, &status, WNOHANG | __WNOTHREAD);
    } while (done > 0 && done != pid_);
    if (done < 0 && errno != EINTR) throw Error(absl::StrCat("cannot wait for the program: ", std::strerror(errno)));
    return done == pid_ ? std::optional<int>(status) : std::nullopt;
}

int Child::wait(const std::function<void()>& on_own_signal) {
    for (;;) {
        if (const std::optional<int> status = reap()) return *status;
        siginfo_t info;
        const int signal = ::sigwaitinfo(&watched_, &info);
        if (signal > 0 && signal == own_signal_) {
            on_own_signal();
        } else if (signal > 0 && signal != SIGCHLD && !from_terminal(info)) {
            ::kill(pid_, signal);
        }
    }
}

int end_like(int wait_status) {
    if (WIFEXITED(wait_status)) return WEXITSTATUS(wait_status);
    const int signal = WTERMSIG(wait_status);
    const struct rlimit no_core { 0, 0 };
    ::setrlimit(RLIMIT_CORE, &no_core);  // the program's own is the one that tells something
    ::signal(signal, SIG_DFL);
    sigset_t one;
    ::sigemptyset(&one);
    ::sigaddset(&one, signal);
    ::kill(::getpid(), signal);
    ::sigprocmask(SIG_UNBLOCK, &one, nullptr);
    return 128 + signal;
}

}  // namespace dregs
