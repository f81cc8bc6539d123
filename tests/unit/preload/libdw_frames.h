// elfutils' reading of a file's call-frame information, as the oracle for ours. Shares no code with preload/.
#pragma once

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dregs {

// How elfutils says that a register of the caller is found.
struct OracleRule {
    enum Kind { kSame, kUndefined, kLocation, kValue } kind;
    std::vector<Dwarf_Op> operations;
};

class LibdwFrame {
  public:
    explicit LibdwFrame(Dwarf_Frame* frame) : frame_(frame) {}
    ~LibdwFrame() { std::free(frame_); }
    LibdwFrame(const LibdwFrame&) = delete;
    LibdwFrame& operator=(const LibdwFrame&) = delete;

    explicit operator bool() const { return frame_ != nullptr; }
    bool signal() const {
        bool signal = false;
        Dwarf_Addr begin = 0;
        Dwarf_Addr end = 0;
        dwarf_frame_info(frame_, &begin, &end, &signal);
        return signal;
    }
    std::vector<Dwarf_Op> cfa() const {
        Dwarf_Op* operations = nullptr;
        std::size_t count = 0;
        if (dwarf_frame_cfa(frame_, &operations, &count) != 0) return {};
        return {operations, operations + count};
    }
    OracleRule rule(int reg) const {
        Dwarf_Op memory[3];
        Dwarf_Op* operations = nullptr;
        std::size_t count = 0;
        if (dwarf_frame_register(frame_, reg, memory, &operations, &count) != 0) return {OracleRule::kUndefined, {}};
        if (count == 0) return {operations == nullptr ? OracleRule::kSame : OracleRule::kUndefined, {}};
        std::vector<Dwarf_Op> list(operations, operations + count);
        const bool value = list.back().atom == DW_OP_stack_value;
        if (value) list.pop_back();
        return {value ? OracleRule::kValue : OracleRule::kLocation, list};
    }

  private:
    Dwarf_Frame* frame_;
};

class LibdwFrames {
  public:
    explicit LibdwFrames(const std::string& path) : file_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
        elf_version(EV_CURRENT);
        elf_ = elf_begin(file_, ELF_C_READ_MMAP, nullptr);
        cfi_ = dwarf_getcfi_elf(elf_);
    }
    ~LibdwFrames() {
        if (cfi_ != nullptr) dwarf_cfi_end(cfi_);
        elf_end(elf_);
        close(file_);
    }
    LibdwFrames(const LibdwFrames&) = delete;
    LibdwFrames& operator=(const LibdwFrames&) = delete;

    bool usable() const { return cfi_ != nullptr; }
    LibdwFrame at(std::uint64_t address) const {
        Dwarf_Frame* frame = nullptr;
        if (dwarf_cfi_addrframe(cfi_, address, &frame) != 0) frame = nullptr;
        return LibdwFrame(frame);
    }

  private:
    int file_;
    Elf* elf_;
    Dwarf_CFI* cfi_;
};

// What an oracle's expression yields, with memory and registers made up by the caller.
struct OracleMachine {
    std::function<std::uint64_t(unsigned)> reg;
    std::function<std::uint64_t(std::uint64_t)> load;
    std::uint64_t cfa;

    // Empty: an operation that this small evaluator does not know.
    std::optional<std::uint64_t> run(const std::vector<Dwarf_Op>& operations, bool push_cfa) const {
        std::vector<std::uint64_t> stack;
        if (push_cfa) stack.push_back(cfa);
        for (const Dwarf_Op& operation : operations) {
            if (!step(operation, stack)) return std::nullopt;
        }
        if (stack.empty()) return std::nullopt;
        return stack.back();
    }

  private:
    bool step(const Dwarf_Op& operation, std::vector<std::uint64_t>& stack) const {
        const unsigned atom = operation.atom;
        if (atom >= DW_OP_breg0 && atom <= DW_OP_breg31) return push(stack, reg(atom - DW_OP_breg0) + operation.number);
        if (atom == DW_OP_bregx) return push(stack, reg(static_cast<unsigned>(operation.number)) + operation.number2);
        if (atom >= DW_OP_lit0 && atom <= DW_OP_lit31) return push(stack, atom - DW_OP_lit0);
        if (atom >= DW_OP_const1u && atom <= DW_OP_consts) return push(stack, operation.number);
        if (atom == DW_OP_call_frame_cfa) return push(stack, cfa);
        if (stack.empty()) return false;
        if (atom == DW_OP_deref) stack.back() = load(stack.back());
        if (atom == DW_OP_plus_uconst) stack.back() += operation.number;
        if (atom == DW_OP_deref || atom == DW_OP_plus_uconst) return true;
        return pop_and_combine(atom, stack);
    }
    static bool push(std::vector<std::uint64_t>& stack, std::uint64_t value) {
        stack.push_back(value);
        return true;
    }
    static bool pop_and_combine(unsigned atom, std::vector<std::uint64_t>& stack) {
        const std::uint64_t right = stack.back();
        stack.pop_back();
        if (atom == DW_OP_drop) return true;
        if (stack.empty()) return false;
        std::uint64_t& left = stack.back();
        switch (atom) {
            case DW_OP_plus:
                left += right;
                return true;
            case DW_OP_minus:
                left -= right;
                return true;
            case DW_OP_mul:
                left *= right;
                return true;
            case DW_OP_and:
                left &= right;
                return true;
            case DW_OP_shl:
                left <<= right;
                return true;
            case DW_OP_ge:
                left = static_cast<std::int64_t>(left) >= static_cast<std::int64_t>(right);
                return true;
            default:
                return false;
        }
    }
};

}  // namespace dregs
