// The library call that a thread is in: believed while its frame is there, and not a moment longer.
#include "adapters/call.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csetjmp>
#include <thread>

#include "adapters/generation.h"
#include "adapters/numbered.h"

namespace dregs::adapters {
namespace {

constexpr std::uintptr_t kReturn = 0x401234;
const int kObject = 0;

// A stack as the functions below see it: words, the frame of a call at `kFrame`.
class CallTest : public ::testing::Test {
  protected:
    static constexpr std::size_t kFrame = 20'000;
    CallTest() { stack_[kFrame - 1] = kReturn; }
    ~CallTest() override { t_call = Call{}; }
    // A function that returns to `pc` and whose caller's stack ends at this word.
    dregs_caller caller(std::size_t word, std::uintptr_t pc = 0x409999) {
        return {pc, reinterpret_cast<std::uintptr_t>(&stack_[word]), 0};
    }
    void begin() { begin_call(caller(kFrame, kReturn), &kObject, 42); }

    std::uintptr_t stack_[kFrame + 100] = {};
};

TEST_F(CallTest, NoneIsUnderWayAtFirst) {
    EXPECT_FALSE(is_within_call(caller(kFrame - 10)));
    begin_call(caller(kFrame, kReturn), nullptr, 0);
    EXPECT_FALSE(is_within_call(caller(kFrame - 10))) << "a call about nothing";
}

TEST_F(CallTest, WhatItCallsIsWithinIt) {
    begin();
    EXPECT_EQ(t_call.object, &kObject);
    EXPECT_EQ(t_call.owner, 42u);
    EXPECT_TRUE(is_within_call(caller(kFrame - 1)));
    EXPECT_TRUE(is_within_call(caller(kFrame - 10)));
    EXPECT_TRUE(is_within_call(caller(kFrame - 8000))) << "64,000 bytes further in";
}

TEST_F(CallTest, WhatWasCalledBesideOrBeforeIsNot) {
    begin();
    EXPECT_FALSE(is_within_call(caller(kFrame))) << "called by its own caller";
    EXPECT_FALSE(is_within_call(caller(kFrame + 50))) << "further out";
    EXPECT_FALSE(is_within_call(caller(kFrame - 8193))) << "too far in: another stack, maybe";
}

TEST_F(CallTest, NotBelievedWhenItsFrameIsGone) {
    begin();
    stack_[kFrame - 1] = kReturn + 5;  // another call has come to its place, after a longjmp
    EXPECT_FALSE(is_within_call(caller(kFrame - 10)));
}

TEST_F(CallTest, EndsAsItBegan) {
    begin();
    t_call.block = &kObject;
    t_call.bytes = 7;
    const Call outer = t_call;
    begin_call(caller(kFrame - 100, 0x402222), stack_, 43);
    EXPECT_EQ(t_call.block, nullptr);
    EXPECT_EQ(t_call.bytes, 0u);
    EXPECT_FALSE(is_within_call(caller(kFrame - 200))) << "nothing returns to where the inner one does";
    end_call(outer);
    EXPECT_EQ(t_call.object, &kObject);
    EXPECT_EQ(t_call.block, &kObject);
    EXPECT_TRUE(is_within_call(caller(kFrame - 200)));
}

TEST_F(CallTest, IsTheThreadsOwn) {
    begin();
    std::thread([this] { EXPECT_FALSE(is_within_call(caller(kFrame - 10))); }).join();
    EXPECT_TRUE(is_within_call(caller(kFrame - 10)));
}

// With real frames: a library function that calls malloc, and one that is left by longjmp.
__attribute__((noinline)) bool allocate() {
    const dregs_caller caller = ADAPTER_CALLER();
    const bool within = is_within_call(caller);
    asm volatile("");
    return within;
}
jmp_buf g_back;
__attribute__((noinline)) bool library_call(bool leave) {
    begin_call(ADAPTER_CALLER(), &kObject, 1);
    const bool within = allocate();
    if (leave) longjmp(g_back, 1);
    end_call(Call{});
    return within;
}

TEST_F(CallTest, RealFrames) {
    EXPECT_TRUE(library_call(false));
    EXPECT_FALSE(allocate());
    if (setjmp(g_back) == 0) library_call(true);
    EXPECT_EQ(t_call.object, &kObject) << "nobody has undone it";
    EXPECT_FALSE(allocate()) << "and it is not believed";
}

TEST(Generation, RisesInAForkedChildOnly) {
    const unsigned here = generation();
    EXPECT_GT(here, 0u);
    EXPECT_EQ(generation(), here);
    const pid_t child = fork();
    if (child == 0) _exit(generation() == here + 1 && generation() == here + 1 ? 0 : 1);
    int status = -1;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(generation(), here);
}

TEST(Numbered, NameAndNumber) {
    EXPECT_STREQ(Numbered("packet", 0).text(), "packet 0");
    EXPECT_STREQ(Numbered("packet", 4711).text(), "packet 4711");
    EXPECT_STREQ(Numbered("", 4294967295u).text(), " 4294967295");
    EXPECT_STREQ(Numbered("a name of more than twenty letters", 4294967295u).text(), "a name of more than  4294967295");
}

}  // namespace
}  // namespace dregs::adapters
