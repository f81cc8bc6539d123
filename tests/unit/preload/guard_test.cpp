// The lock that never waits for ever, and the mark that a thread is inside the shim.
#include "preload/system/guard.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "preload/hook_guard.h"
#include "trace_fixture.h"

namespace dregs {
namespace {

TEST(SlowLock, ItsHolderIsRefused) {
    SlowLock lock{};
    ASSERT_TRUE(lock.lock());
    EXPECT_FALSE(lock.lock());
    lock.unlock();
    EXPECT_TRUE(lock.lock());
}

TEST(SlowLock, IsTakenFromAThreadThatIsGone) {
    SlowLock lock{};
    std::thread([&] { ASSERT_TRUE(lock.lock()); }).join();
    EXPECT_TRUE(lock.lock());
}

TEST(SlowLock, ExcludesThreads) {
    SlowLock lock{};
    int counter = 0;
    auto count = [&] {
        for (int i = 0; i < 10'000; ++i) {
            ASSERT_TRUE(lock.lock());
            ++counter;
            lock.unlock();
        }
    };
    std::thread other(count);
    count();
    other.join();
    EXPECT_EQ(counter, 20'000);
}

// What the child of IsWaitedForAcrossAStop does: one thread holds the lock until a byte comes, another waits for it.
[[noreturn]] void wait_for_lock(int ready, int release) {
    SlowLock lock{};
    std::thread holder([&] {
        char byte = 0;
        if (!lock.lock() || write(ready, &byte, 1) != 1 || read(release, &byte, 1) != 1) _exit(2);
        lock.unlock();
    });
    char byte = 0;
    if (read(ready, &byte, 1) != 1) _exit(3);
    const bool held = lock.lock();
    holder.join();
    _exit(held ? 0 : 1);
}

// A snapshot that stops the process, a debugger, SIGSTOP: the clock goes on, the holder does not.
TEST(SlowLock, IsWaitedForAcrossAStop) {
    int ready[2], release[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ready), 0);
    ASSERT_EQ(pipe(release), 0);
    const pid_t child = fork();
    if (child == 0) wait_for_lock(ready[0], release[0]);
    char byte = 0;
    ASSERT_EQ(read(ready[1], &byte, 1), 1);
    ASSERT_EQ(write(ready[1], &byte, 1), 1);
    usleep(100'000);  // it is among its naps by now; if not, the test is easier to pass
    kill(child, SIGSTOP);
    usleep(2'200'000);
    kill(child, SIGCONT);
    usleep(200'000);
    ASSERT_EQ(write(release[1], &byte, 1), 1);
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0) << "1: it gave up";
    for (const int end : {ready[0], ready[1], release[0], release[1]}) close(end);
}

TEST(SlowSection, KeepsSignalsOutAndErrnoAlone) {
    SlowLock lock{};
    sigset_t before, inside, after;
    sigprocmask(SIG_SETMASK, nullptr, &before);
    errno = 77;
    {
        const SlowSection section(lock);
        EXPECT_TRUE(section.held());
        sigprocmask(SIG_SETMASK, nullptr, &inside);
    }
    EXPECT_EQ(errno, 77);
    sigprocmask(SIG_SETMASK, nullptr, &after);
    EXPECT_TRUE(sigismember(&inside, SIGUSR1));
    EXPECT_FALSE(sigismember(&inside, SIGSEGV)) << "a fault whose signal is blocked ends the program";
    EXPECT_EQ(sigismember(&before, SIGUSR1), sigismember(&after, SIGUSR1));
}

TEST(HookGuard, Nests) {
    auto thread = zeroed<ThreadState>();
    const HookGuard outer(*thread);
    EXPECT_EQ(outer.level(), 0);
    [&]() __attribute__((noinline)) {
        const HookGuard inner(*thread);
        EXPECT_EQ(inner.level(), 1);
        EXPECT_EQ(thread->level(), 1);
        EXPECT_EQ(thread->usable_stock(), nullptr);
    }
    ();
    EXPECT_EQ(thread->level(), 0);
    EXPECT_NE(thread->busy, 0u);
}

__attribute__((noinline)) void nest(ThreadState& thread, unsigned hooks) {
    const HookGuard guard(thread);
    const std::uintptr_t before = thread.busy;
    if (hooks > 1) nest(thread, hooks - 1);
    EXPECT_EQ(thread.busy, before);
}

TEST(HookGuard, OnlyCountsSoFar) {
    auto thread = zeroed<ThreadState>();
    nest(*thread, 20);
    EXPECT_EQ(thread->busy, 0u);
}

// What handlers did says so of each hook that they interrupted, until it is through.
TEST(HookGuard, KnowsThatAHandlerHasMarked) {
    auto thread = zeroed<ThreadState>();
    {
        const BusyGuard interrupted(*thread);
        [&]() __attribute__((noinline)) {
            HookGuard marker(*thread);
            marker.will_mark();
        }
        ();
        EXPECT_TRUE(thread->busy & ThreadState::kHandlerMarked);
        EXPECT_EQ(thread->level(), 0);
    }
    const BusyGuard next(*thread);
    EXPECT_FALSE(thread->busy & ThreadState::kHandlerMarked);
}

__attribute__((noinline)) void leave_busy(ThreadState& thread) {
    volatile char deep[512] = {};
    new (const_cast<char*>(deep)) HookGuard(thread);  // as siglongjmp out of a handler: no destructor
}

// Where no walk can tell: by the stack pointer.
TEST(HookGuard, NoticesThatAnOuterHookIsGone) {
    auto thread = zeroed<ThreadState>();
    leave_busy(*thread);
    ASSERT_EQ(thread->busy & ThreadState::kHookCount, 1u);
    const HookGuard next(*thread);
    EXPECT_EQ(next.level(), 0);
}

}  // namespace
}  // namespace dregs
