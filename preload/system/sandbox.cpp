// The machine that runs seccomp filters. See sandbox.h.
#include "preload/system/sandbox.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>

namespace dregs::sandbox {
namespace {

constexpr std::uint32_t kMostInstructions = BPF_MAXINSNS;
constexpr std::uint32_t kRefused = SECCOMP_RET_KILL_PROCESS;

// The machine that a classic BPF program runs on.
struct Machine {
    std::uint32_t a;
    std::uint32_t x;
    std::uint32_t memory[BPF_MEMWORDS];
};

bool load(const sock_filter& in, const seccomp_data& data, Machine& m, std::uint32_t& to) {
    switch (BPF_MODE(in.code)) {
        case BPF_IMM:
            to = in.k;
            return true;
        case BPF_LEN:
            to = sizeof data;
            return true;
        case BPF_MEM:
            if (in.k >= BPF_MEMWORDS) return false;
            to = m.memory[in.k];
            return true;
        case BPF_ABS:
            if (in.k % 4 != 0 || in.k > sizeof data - 4) return false;
            __builtin_memcpy(&to, reinterpret_cast<const char*>(&data) + in.k, sizeof to);
            return true;
        default:
            return false;
    }
}

bool calculate(const sock_filter& in, Machine& m) {
    const std::uint32_t operand = BPF_SRC(in.code) == BPF_X ? m.x : in.k;
    switch (BPF_OP(in.code)) {
        case BPF_ADD:
            return m.a += operand, true;
        case BPF_SUB:
            return m.a -= operand, true;
        case BPF_MUL:
            return m.a *= operand, true;
        case BPF_DIV:
            return operand != 0 && (m.a /= operand, true);
        case BPF_OR:
            return m.a |= operand, true;
        case BPF_AND:
            return m.a &= operand, true;
        case BPF_XOR:
            return m.a ^= operand, true;
        case BPF_LSH:
            return m.a <<= operand & 31, true;
        case BPF_RSH:
            return m.a >>= operand & 31, true;
        case BPF_NEG:
            return m.a = -m.a, true;
        default:
            return false;
    }
}

std::uint32_t jump_distance(const sock_filter& in, const Machine& m) {
    const std::uint32_t operand = BPF_SRC(in.code) == BPF_X ? m.x : in.k;
    switch (BPF_OP(in.code)) {
        case BPF_JA:
            return in.k;
        case BPF_JEQ:
            return m.a == operand ? in.jt : in.jf;
        case BPF_JGT:
            return m.a > operand ? in.jt : in.jf;
        case BPF_JGE:
            return m.a >= operand ? in.jt : in.jf;
        case BPF_JSET:
            return (m.a & operand) != 0 ? in.jt : in.jf;
        default:
            return kMostInstructions;  // beyond any end
    }
}

// One that is no jump and no return. False: there is no such instruction.
bool execute(const sock_filter& in, const seccomp_data& data, Machine& m) {
    switch (BPF_CLASS(in.code)) {
        case BPF_LD:
            return load(in, data, m, m.a);
        case BPF_LDX:
            return load(in, data, m, m.x);
        case BPF_ST:
        case BPF_STX:
            if (in.k >= BPF_MEMWORDS) return false;
            m.memory[in.k] = BPF_CLASS(in.code) == BPF_ST ? m.a : m.x;
            return true;
        case BPF_ALU:
            return calculate(in, m);
        case BPF_MISC:
            return BPF_MISCOP(in.code) == BPF_TAX ? (m.x = m.a, true) : (m.a = m.x, true);
        default:
            return false;
    }
}

std::uint32_t run(const Filter& filter, const seccomp_data& data) {
    Machine m{};
    for (std::uint64_t at = 0; at < filter.count; ++at) {
        const sock_filter& in = filter.instructions[at];
        if (BPF_CLASS(in.code) == BPF_RET) return BPF_RVAL(in.code) == BPF_A ? m.a : in.k;
        if (BPF_CLASS(in.code) == BPF_JMP)
            at += jump_distance(in, m);
        else if (!execute(in, data, m))
            return kRefused;
    }
    return kRefused;
}

}  // namespace

std::uint32_t evaluate(const Filter& filter, const SystemCall& call) {
    seccomp_data data{};
    data.nr = static_cast<int>(call.number);
    data.arch = AUDIT_ARCH_X86_64;
    data.instruction_pointer = reinterpret_cast<std::uintptr_t>(&evaluate);
    for (unsigned i = 0; i < 6; ++i) data.args[i] = call.arguments[i];
    return filter.instructions ? run(filter, data) : kRefused;
}

bool passes(const Filter& filter, const SystemCall& call) {
    const std::uint32_t action = evaluate(filter, call) & SECCOMP_RET_ACTION_FULL;
    return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG;
}

}  // namespace dregs::sandbox
