// Where a stack ends at a return address that was planted, and where it does not although it looks the same.
#include "preload/unwind/planted_return.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <string>
#include <vector>

#include "coroutine_stack.h"
#include "preload/unwind/call_site.h"
#include "preload/unwind/stack_memo.h"
#include "walk_oracle.h"

// One function right behind the other. The first ends with a call that does not return here, so that the return address
// is the beginning of the second.
extern "C" void dregs_test_ends_in_a_call();
extern "C" void dregs_test_begins_there();
// The same, and what is called passes the call on by a jump.
extern "C" void dregs_test_ends_in_a_passed_call();
// In the middle of code without a description, behind a jump: as Boost.Context's "finish".
extern "C" void dregs_test_label();
extern "C" void dregs_test_never_returns();
asm(R"(
    .text
    .type dregs_test_ends_in_a_call, @function
dregs_test_ends_in_a_call:
    .cfi_startproc
    subq $24, %rsp
    .cfi_def_cfa_offset 32
    call dregs_test_never_returns
    .cfi_endproc
    .type dregs_test_begins_there, @function
dregs_test_begins_there:
    .cfi_startproc
    ud2
    .cfi_endproc

    .type dregs_test_ends_in_a_passed_call, @function
dregs_test_ends_in_a_passed_call:
    .cfi_startproc
    subq $24, %rsp
    .cfi_def_cfa_offset 32
    call dregs_test_passes_it_on
    .cfi_endproc
    .type dregs_test_passes_it_on, @function
dregs_test_passes_it_on:
    .cfi_startproc
    nop
    jmp dregs_test_never_returns
    .cfi_endproc

    .type dregs_test_undescribed, @function
dregs_test_undescribed:
    pushq %rbp
    jmp *%rbx
dregs_test_label:
    ud2
)");

namespace dregs {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kStackBytes = 16 * kPage;
constexpr std::uint32_t kLimit = 100;

// A stack with another mapping right above.
class Stack {
  public:
    Stack() {
        begin_ = static_cast<char*>(
            mmap(nullptr, kStackBytes + kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    }
    ~Stack() { munmap(begin_, kStackBytes + kPage); }
    Stack(const Stack&) = delete;
    Stack& operator=(const Stack&) = delete;
    char* top() const { return begin_ + kStackBytes; }
    std::uint64_t* above() const { return reinterpret_cast<std::uint64_t*>(top()); }

  private:
    char* begin_;
};

Coroutine coroutine;
Walk walked;
std::uint64_t locations[kLimit];
bool followed;
StackMemo memo;

// Walks, and follows often enough to have learned the stack; what it has found then must be the same.
KEEP void look() {
    const Registers start = DREGS_CAPTURE_CALLER();
    walked = test_unwinder().walk(start, locations, kLimit);
    for (int i = 0; i < 10; ++i) followed = test_unwinder().follow(start, memo, kLimit);
    followed = followed && memo.frames() == walked.frames && memo.root() == walked.root;
    for (std::uint32_t i = 0; followed && i < walked.frames; ++i) followed = memo.location(i) == locations[i];
    asm volatile("");
}

KEEP void outermost() {
    for (;;) {
        look();
        coroutine.pause();
    }
}

// Of a frame: the function that the symbol begins.
bool lies_in(std::uint64_t location, void (*function)()) {
    const auto begin = reinterpret_cast<std::uintptr_t>(function);
    return format::location_pc(location) - begin < 200;
}

void expect_ends_at_outermost(const std::string& what) {
    EXPECT_EQ(walked.root, format::kStackWhole) << what;
    ASSERT_EQ(walked.frames, 1u) << what;
    EXPECT_TRUE(lies_in(locations[0], outermost)) << what;
    EXPECT_TRUE(followed) << what;
}

class PlantedReturn : public ::testing::Test {
  protected:
    void SetUp() override {
        memo = StackMemo{};
        memo.use(memory_.data(), kLimit);
    }
    std::vector<char> memory_ = std::vector<char>(StackMemo::bytes_for(kLimit));
};

std::uint64_t address_of(void (*function)()) { return reinterpret_cast<std::uint64_t>(function); }
std::uint64_t exit_address() { return reinterpret_cast<std::uint64_t>(&std::exit); }

struct Planted {
    const char* what;
    std::uint64_t address;
};
const Planted kPlanted[] = {
    {"nothing", 0},
    {"no address", 0xdeaddeaddeaddead},
    {"all ones", ~std::uint64_t{0}},
    {"a function behind a call of it (Debian's abort)", address_of(&std::abort)},
    {"a function", exit_address()},
    {"a function behind a call", address_of(dregs_test_begins_there)},
    {"a label without a description", address_of(dregs_test_label)},
};

TEST_F(PlantedReturn, EndsTheStackWhateverLiesAbove) {
    const Stack stack;
    for (const Planted& planted : kPlanted) {
        for (const std::uint64_t above : {std::uint64_t{0}, address_of(outermost) + 1, ~std::uint64_t{0},
                                          reinterpret_cast<std::uint64_t>(stack.top())}) {
            for (int word = 0; word < 100; ++word) stack.above()[word] = above;
            coroutine.begin(stack.top(), outermost, planted.address);
            coroutine.resume();
            expect_ends_at_outermost(planted.what);
        }
    }
}

// libcoro's: between the function and the end of the stack is the one word, and then nothing that could be read; or
// what lay above goes while the coroutine lives.
TEST_F(PlantedReturn, EndsTheStackAtTheEndOfItsMemory) {
    const Stack stack;
    for (const Planted& planted : kPlanted) {
        mprotect(stack.top(), kPage, PROT_READ | PROT_WRITE);
        coroutine.begin(stack.top(), outermost, planted.address);
        for (int i = 0; i < 2; ++i) {
            coroutine.resume();
            expect_ends_at_outermost(planted.what);
            mprotect(stack.top(), kPage, PROT_NONE);
        }
    }
}

// What lies above looks like the rest of a stack: another coroutine's, say. Nothing was called from there.
TEST_F(PlantedReturn, EndsTheStackBelowReturnAddressesOfAnotherOne) {
    const Stack stack;
    coroutine.begin(stack.top(), outermost, 0);
    coroutine.resume();
    const std::uint64_t behind_a_call = format::location_pc(locations[0]);
    for (const Planted& planted : kPlanted) {
        for (int word = 0; word < 100; ++word) stack.above()[word] = behind_a_call;
        coroutine.begin(stack.top(), outermost, planted.address);
        coroutine.resume();
        expect_ends_at_outermost(planted.what);
    }
}

// What is no code cannot be returned to: a stack that was written over, or wrong unwind information. Not whole, and no
// frame of it is made up.
TEST_F(PlantedReturn, IsNoFrameWhereThereIsNoCode) {
    const Stack stack;
    for (const std::uint64_t word :
         {std::uint64_t{1}, std::uint64_t{kPage} * 1000, reinterpret_cast<std::uint64_t>(stack.top()),
          reinterpret_cast<std::uint64_t>(&stack)}) {
        coroutine.begin(stack.top(), outermost, word);
        coroutine.resume();
        EXPECT_EQ(walked.root, format::kStackNoUnwind);
        EXPECT_EQ(walked.frames, 1u) << std::hex << word;
        EXPECT_TRUE(followed) << std::hex << word;
    }
}

void (*leave_for)();
Coroutine left;

extern "C" void dregs_test_never_returns() {
    look();
    left.pause();
}

KEEP void calls_that_function() {
    leave_for();
    asm volatile("");
}

// The stack goes on where such a return address was left by a call.
TEST_F(PlantedReturn, IsNoneWhereACallHasLeftIt) {
    const Stack stack;
    for (const auto& function : {dregs_test_ends_in_a_call, dregs_test_ends_in_a_passed_call}) {
        leave_for = function;
        left.begin(stack.top(), calls_that_function, 0);
        left.resume();
        EXPECT_EQ(walked.root, format::kStackWhole);
        ASSERT_EQ(walked.frames, 3u);
        EXPECT_TRUE(lies_in(locations[0], dregs_test_never_returns));
        EXPECT_TRUE(lies_in(locations[1], function));
        EXPECT_TRUE(lies_in(locations[2], calls_that_function));
        EXPECT_TRUE(followed);
    }
}

// --- What the usual walk costs

// Another way of asking than the shim's own would show here, too: no system call at all is let pass.
void refuse_system_calls() {
    sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    const sock_fprog program{4, code};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    syscall(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

KEEP void follow_often(bool silently) {
    const Registers start = DREGS_CAPTURE_CALLER();
    for (int i = 0; i < 20; ++i) test_unwinder().follow(start, memo, kLimit);
    if (!silently) return;
    refuse_system_calls();
    for (int i = 0; i < 1000; ++i) {
        if (!test_unwinder().follow(start, memo, kLimit)) _exit(2);
    }
    _exit(0);
}

KEEP int deep(int levels) {
    volatile char room[700];
    room[0] = 1;
    if (levels == 0) {
        follow_often(true);
    } else {
        deep(levels - 1);
    }
    return room[0];
}

KEEP void outermost_of_deep() {
    for (;;) {
        deep(30);
        coroutine.pause();
    }
}

int status_of(void (*body)()) {
    const pid_t child = fork();
    if (child == 0) {
        body();
        _exit(3);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return status;
}

TEST_F(PlantedReturn, UsualWalksMakeNoSystemCalls) {
    EXPECT_EQ(status_of([] { deep(30); }), 0) << "on the stack of the thread";
    EXPECT_EQ(status_of([] {
                  const Stack stack;
                  coroutine.begin(stack.top(), outermost_of_deep, address_of(&std::abort));
                  coroutine.resume();
              }),
              0)
        << "on a coroutine's";
}

}  // namespace
}  // namespace dregs
