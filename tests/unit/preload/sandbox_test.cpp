// The evaluation of seccomp filters, held against the kernel's: each filter is installed in a child, which tells by the
// errno of a harmless call what the kernel made of it.
#include "preload/system/sandbox.h"

#include <errno.h>
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <vector>

namespace dregs::sandbox {
namespace {

using Code = std::vector<sock_filter>;

sock_filter statement(unsigned code, std::uint32_t k) { return BPF_STMT(static_cast<std::uint16_t>(code), k); }

Filter filter_of(const Code& code) { return {code.data(), static_cast<std::uint32_t>(code.size())}; }

constexpr std::uint64_t kArguments[6] = {0x1122334455667788, 7, 0xFFFFFFFF00000001, 0, 1, 0x8000000080000000};

// What getppid(kArguments...) fails with under the filter: an errno below 256; 300: it was killed; -1: refused.
int outcome_in_kernel(const Code& code) {
    const pid_t child = fork();
    if (child == 0) {
        sock_fprog program = {static_cast<unsigned short>(code.size()), const_cast<sock_filter*>(code.data())};
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (syscall(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) _exit(255);
        const auto* a = kArguments;
        const long result = syscall(SYS_getppid, a[0], a[1], a[2], a[3], a[4], a[5]);
        _exit(result == -1 ? errno : 0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) return 300;
    return WEXITSTATUS(status) == 255 ? -1 : WEXITSTATUS(status);
}

int outcome_here(const Code& code) {
    SystemCall call{SYS_getppid, {}};
    for (unsigned i = 0; i < 6; ++i) call.arguments[i] = kArguments[i];
    const std::uint32_t result = evaluate(filter_of(code), call);
    switch (result & SECCOMP_RET_ACTION_FULL) {
        case SECCOMP_RET_ALLOW:
            return 0;
        case SECCOMP_RET_ERRNO:
            return static_cast<int>(result & SECCOMP_RET_DATA);
        default:
            return 300;
    }
}

// Ends a filter: all calls pass but getppid, which fails with what the seven lowest bits of A tell.
void end_with_a(Code& code) {
    constexpr unsigned kOther = 15;  // a word of the scratch memory that no filter here uses otherwise
    code.push_back(statement(BPF_ST, kOther));
    code.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 1, 0));
    code.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    code.push_back(statement(BPF_LD | BPF_MEM, kOther));
    code.push_back(statement(BPF_ALU | BPF_AND | BPF_K, 0x7F));
    code.push_back(statement(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO));
    code.push_back(statement(BPF_RET | BPF_A, 0));
}

class RandomFilter {
  public:
    explicit RandomFilter(unsigned seed) : random_(seed) {}

    Code make() {
        Code code;
        for (unsigned i = 0; i < 4; ++i) {  // memory must be written before it is read
            code.push_back(statement(BPF_LD | BPF_IMM, word()));
            code.push_back(statement(BPF_ST, i));
        }
        code.push_back(statement(BPF_LDX | BPF_IMM, word()));
        for (unsigned left = 20; left > 0; --left) code.push_back(any(left - 1));
        end_with_a(code);
        return code;
    }

  private:
    std::uint32_t pick(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }
    std::uint32_t word() { return pick(2) ? pick(64) : static_cast<std::uint32_t>(random_()); }

    sock_filter any(unsigned left) {
        constexpr unsigned kLoads[] = {BPF_LD | BPF_IMM, BPF_LD | BPF_W | BPF_LEN, BPF_LDX | BPF_IMM,
                                       BPF_LDX | BPF_W | BPF_LEN};
        constexpr unsigned kAlu[] = {BPF_ADD, BPF_SUB, BPF_MUL, BPF_OR, BPF_AND, BPF_XOR};
        constexpr unsigned kJumps[] = {BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET};
        const unsigned source = pick(2) ? BPF_X : BPF_K;
        switch (pick(9)) {
            case 0:
                return statement(kLoads[pick(4)], word());
            case 1:
                return statement(BPF_LD | BPF_W | BPF_ABS, pick(sizeof(seccomp_data) / 4) / 4 * 4 + 16);
            case 2:
                return statement((pick(2) ? BPF_LD : BPF_LDX) | BPF_MEM, pick(4));
            case 3:
                return statement(pick(2) ? BPF_ST : BPF_STX, pick(4));
            case 4:
                return statement(BPF_ALU | kAlu[pick(6)] | source, word());
            case 5:  // shifts and divisors that the kernel's check lets pass
                return statement(BPF_ALU | (pick(2) ? BPF_LSH : BPF_RSH) | BPF_K, pick(32));
            case 6:
                return statement(BPF_ALU | (pick(3) ? BPF_DIV | BPF_K : BPF_NEG), 1 + pick(1000));
            case 7:
                return statement(BPF_MISC | (pick(2) ? BPF_TAX : BPF_TXA), 0);
            default:
                return BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | kJumps[pick(4)] | source), word(),
                                static_cast<std::uint8_t>(pick(left + 1)), static_cast<std::uint8_t>(pick(left + 1)));
        }
    }

    std::mt19937 random_;
};

TEST(Sandbox, EvaluatesAsTheKernelDoes) {
    int different = 0;
    for (unsigned seed = 0; seed < 400; ++seed) {
        const Code code = RandomFilter(seed).make();
        const int kernel = outcome_in_kernel(code);
        ASSERT_NE(kernel, -1) << "the kernel refuses the filter of seed " << seed;
        EXPECT_EQ(outcome_here(code), kernel) << "seed " << seed;
        different += kernel != outcome_in_kernel(RandomFilter(seed + 1).make());
    }
    EXPECT_GT(different, 200);
}

TEST(Sandbox, OnlyAllowAndLogPass) {
    for (const auto& [action, passes_it] :
         std::vector<std::pair<std::uint32_t, bool>>{{SECCOMP_RET_ALLOW, true},
                                                     {SECCOMP_RET_LOG, true},
                                                     {SECCOMP_RET_ERRNO | EPERM, false},
                                                     {SECCOMP_RET_TRAP, false},
                                                     {SECCOMP_RET_TRACE, false},
                                                     {SECCOMP_RET_USER_NOTIF, false},
                                                     {SECCOMP_RET_KILL_THREAD, false},
                                                     {SECCOMP_RET_KILL_PROCESS, false}}) {
        const Code code = {statement(BPF_RET | BPF_K, action)};
        EXPECT_EQ(passes(filter_of(code), {SYS_getppid, {}}), passes_it) << std::hex << action;
    }
}

TEST(Sandbox, WhatIsNotWellFormedLetsNothingPass) {
    const SystemCall call{SYS_getppid, {}};
    for (const Code& code : std::vector<Code>{{statement(BPF_LD | BPF_IMM, 1)},
                                              {statement(BPF_LD | BPF_W | BPF_ABS, sizeof(seccomp_data))},
                                              {statement(BPF_LD | BPF_MEM, BPF_MEMWORDS)},
                                              {statement(BPF_STX, BPF_MEMWORDS)},
                                              {statement(BPF_ALU | BPF_DIV | BPF_X, 0)},
                                              {statement(BPF_JMP | BPF_JA, 0xFFFFFFFF)},
                                              {statement(0xFFFF, 0)}}) {
        EXPECT_FALSE(passes(filter_of(code), call));
    }
    EXPECT_FALSE(passes(Filter{nullptr, 0}, call));
}

}  // namespace
}  // namespace dregs::sandbox
