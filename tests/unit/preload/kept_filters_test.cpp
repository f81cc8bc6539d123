// Which filters are obeyed, by whom and for how long. Each test in a child, for what is active stays so.
#include "preload/system/kept_filters.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>
#include <vector>

namespace dregs::sandbox {
namespace {

const SystemCall kCall{SYS_getppid, {}};

// Returns the action; `number` only makes it differ from others.
class Program {
  public:
    explicit Program(std::uint32_t action, std::uint32_t number = 0)
        : code_{BPF_STMT(BPF_LD | BPF_IMM, number), BPF_STMT(BPF_RET | BPF_K, action)}, program_{2, code_} {}
    const sock_fprog* get() const { return &program_; }

  private:
    sock_filter code_[2];
    sock_fprog program_;
};

const Program kAllowing(SECCOMP_RET_ALLOW), kKilling(SECCOMP_RET_KILL_PROCESS);

// Ends a child's test, which has asked so many things.
class Answers {
  public:
    void expect(bool right) {
        wrong_ = wrong_ ? wrong_ : right ? 0 : asked_;
        ++asked_;
    }
    [[noreturn]] void end() const { _exit(wrong_); }

  private:
    int asked_ = 1;
    int wrong_ = 0;
};

KeptFilter* keep_active(const Program& program, bool is_guest = false) {
    KeptFilter* kept = keep(program.get(), is_guest);
    activate(*kept);
    return kept;
}

[[noreturn]] void ask_active_filters() {
    Answers answers;
    const sock_fprog none = {0, kAllowing.get()->filter};
    answers.expect(!keep(nullptr, false) && !keep(&none, false) && permits(kCall) && !is_present());
    keep_active(kAllowing);
    KeptFilter* failed = keep(kKilling.get(), false);
    answers.expect(permits(kCall));
    activate(*failed);
    answers.expect(!permits(kCall));
    forget(*failed);
    answers.expect(permits(kCall) && is_present());
    activate(*keep_strict(false));
    answers.expect(!permits(kCall));
    answers.end();
}
TEST(KeptFilters, EveryActiveOneIsAsked) { EXPECT_EXIT(ask_active_filters(), testing::ExitedWithCode(0), ""); }

[[noreturn]] void keep_many() {
    Answers answers;
    KeptFilter* const one = keep(kKilling.get(), false);
    forget((activate(*one), *one));
    for (std::uint32_t i = 0; i < 1000; ++i) forget(*keep_active(Program(SECCOMP_RET_KILL_PROCESS, i)));
    answers.expect(permits(kCall) && !is_present());
    KeptFilter* const equal = keep_active(kAllowing);
    for (int i = 0; i < 1000; ++i) answers.expect(keep_active(kAllowing) == equal);
    for (std::uint32_t i = 0; i < 1000; ++i) keep_active(Program(SECCOMP_RET_ALLOW, i));
    answers.expect(permits(kCall));
    keep_active(Program(SECCOMP_RET_ERRNO, 4711));
    answers.expect(!permits(kCall));
    answers.end();
}
TEST(KeptFilters, AnyNumber) { EXPECT_EXIT(keep_many(), testing::ExitedWithCode(0), ""); }

[[noreturn]] void refuse_one_of_equal_ones() {
    Answers answers;
    keep_active(kKilling);
    forget(*keep_active(kKilling));
    answers.expect(!permits(kCall));
    answers.end();
}
TEST(KeptFilters, ARefusedOneLeavesItsEqualInForce) {
    EXPECT_EXIT(refuse_one_of_equal_ones(), testing::ExitedWithCode(0), "");
}

[[noreturn]] void keep_what_cannot_be_read() {
    Answers answers;
    const long page = 4096;
    auto* pages = static_cast<char*>(mmap(nullptr, 3 * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    mprotect(pages + page, page, PROT_NONE);
    const sock_fprog with_a_hole = {1024, reinterpret_cast<sock_filter*>(pages)};
    answers.expect(!keep(&with_a_hole, false));
    keep_active(kAllowing);  // which makes no difference
    answers.expect(!keep(&with_a_hole, false) && !keep(reinterpret_cast<const sock_fprog*>(pages + page), false));
    answers.end();
}
TEST(KeptFilters, WhatCannotBeReadIsNone) { EXPECT_EXIT(keep_what_cannot_be_read(), testing::ExitedWithCode(0), ""); }

// Whether a child of vfork with so many filters found them in force, and its parent did not, then.
__attribute__((noinline)) bool have_guest(std::uint32_t filters) {
    static volatile bool seen_by_child;  // in memory that they share
    seen_by_child = false;
    const pid_t child = vfork();
    if (child == 0) {
        for (std::uint32_t i = 0; i < filters; ++i) keep_active(Program(SECCOMP_RET_KILL_PROCESS, i), true);
        seen_by_child = !permits(kCall);
        _exit(0);
    }
    waitpid(child, nullptr, 0);
    return seen_by_child && permits(kCall);
}

[[noreturn]] void have_guests() {
    Answers answers;
    answers.expect(have_guest(1));
    answers.expect(have_guest(3));
    answers.expect(have_guest(2));
    answers.end();
}
TEST(KeptFilters, AGuestsEndWithIt) { EXPECT_EXIT(have_guests(), testing::ExitedWithCode(0), ""); }

struct Guest {
    int ready[2], release[2];
    alignas(16) char stack[64 << 10];
};

int be_guest(void* context) {
    auto* guest = static_cast<Guest*>(context);
    keep_active(kKilling, true);
    char byte = permits(kCall) ? 'p' : 'r';
    if (write(guest->ready[1], &byte, 1) != 1 || read(guest->release[0], &byte, 1) != 1) _exit(1);
    _exit(0);
}

[[noreturn]] void be_beside_guest() {
    Answers answers;
    static Guest guest;
    if (pipe(guest.ready) != 0 || pipe(guest.release) != 0) _exit(99);
    std::thread parent([] {
        const int child = clone(be_guest, guest.stack + sizeof guest.stack, CLONE_VM | CLONE_VFORK | SIGCHLD, &guest);
        waitpid(child, nullptr, 0);
    });
    char byte = 0;
    answers.expect(read(guest.ready[0], &byte, 1) == 1 && byte == 'r');
    answers.expect(permits(kCall));
    answers.expect(write(guest.release[1], &byte, 1) == 1);
    parent.join();
    answers.expect(permits(kCall));
    answers.end();
}
TEST(KeptFilters, AGuestsAreNotItsParentsOtherThreads) {
    EXPECT_EXIT(be_beside_guest(), testing::ExitedWithCode(0), "");
}

// A child of vfork that forks: the new process has the filter, in all of its threads.
[[noreturn]] void fork_in_guest() {
    Answers answers;
    int status = -1;
    const pid_t child = vfork();
    if (child == 0) {
        keep_active(kKilling, true);
        const long forked = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
        if (forked == 0) {
            settle_guests();
            const SystemCall* call = &kCall;
            bool refused = false;
            std::thread([&] { refused = !permits(*call); }).join();
            _exit(refused ? 0 : 1);
        }
        waitpid(static_cast<pid_t>(forked), &status, 0);
        _exit(0);
    }
    waitpid(child, nullptr, 0);
    answers.expect(status == 0 && permits(kCall));
    answers.end();
}
TEST(KeptFilters, AGuestsForkHasItsFilters) { EXPECT_EXIT(fork_in_guest(), testing::ExitedWithCode(0), ""); }

}  // namespace
}  // namespace dregs::sandbox
