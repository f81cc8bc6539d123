// The lock that never waits for ever, and the mark that a thread is inside the shim.
#include "preload/system/guard.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

#include "preload/scopes/thread_state.h"

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

TEST(BusyGuard, Nests) {
    ThreadState thread{};
    const BusyGuard outer(thread);
    EXPECT_EQ(outer.former(), 0);
    [&]() __attribute__((noinline)) {
        const BusyGuard inner(thread);
        EXPECT_EQ(inner.former(), 1);
    }
    ();
    EXPECT_EQ(thread.busy & kHookCountMask, 1u);
}

__attribute__((noinline)) void leave_busy(ThreadState& thread) {
    volatile char deep[512] = {};
    new (const_cast<char*>(deep)) BusyGuard(thread);  // as siglongjmp out of a handler: no destructor
}

TEST(BusyGuard, NoticesThatAnOuterHookIsGone) {
    ThreadState thread{};
    leave_busy(thread);
    ASSERT_EQ(thread.busy & kHookCountMask, 1u);
    const BusyGuard next(thread);
    EXPECT_EQ(next.former(), 0);
}

}  // namespace
}  // namespace dregs
