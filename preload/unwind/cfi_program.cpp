// The interpreter of call-frame instructions (DWARF 5, section 6.4.2, and the GNU extensions). See cfi_program.h.
//
//   run_program ─▶ run (the CIE's instructions, then the FDE's, up to pc)
//                    └▶ step ─▶ step_location | step_cfa | step_rule | step_state
#include "preload/unwind/cfi_program.h"

#include "preload/unwind/dwarf_cursor.h"

namespace dregs {
namespace {

enum Opcode : std::uint8_t {
    kNop = 0x00,
    kSetLoc = 0x01,
    kAdvanceLoc1 = 0x02,
    kAdvanceLoc2 = 0x03,
    kAdvanceLoc4 = 0x04,
    kOffsetExtended = 0x05,
    kRestoreExtended = 0x06,
    kUndefinedRule = 0x07,
    kSameValue = 0x08,
    kRegisterRule = 0x09,
    kRememberState = 0x0A,
    kRestoreState = 0x0B,
    kDefCfa = 0x0C,
    kDefCfaRegister = 0x0D,
    kDefCfaOffset = 0x0E,
    kDefCfaExpression = 0x0F,
    kExpressionRule = 0x10,
    kOffsetExtendedSf = 0x11,
    kDefCfaSf = 0x12,
    kDefCfaOffsetSf = 0x13,
    kValOffsetRule = 0x14,
    kValOffsetSf = 0x15,
    kValExpressionRule = 0x16,
    kGnuArgsSize = 0x2E,
    kGnuNegativeOffsetExtended = 0x2F,
    kAdvanceLoc = 0x40,  // with the operand in the low six bits
    kOffset = 0x80,
    kRestore = 0xC0,
};

// Compilers nest remembered states one deep, and so does all assembly that was seen. Each costs 92 bytes of the stack
// of whoever allocates, which may be a coroutine's.
constexpr unsigned kMaxRemembered = 3;

class Machine {
  public:
    Machine(const CodeImage& image, const FrameDescription& frame, Rules* rules)
        : frame_(frame), anchor_(image.eh_frame_hdr), location_(frame.pc_begin), rules_(*rules) {}

    // Runs until the end or until a location beyond `pc` begins.
    bool run(const std::uint8_t* begin, const std::uint8_t* end, std::uintptr_t pc);
    void end_of_initial() { initial_ = rules_; }

  private:
    bool step(DwarfCursor& cursor);
    bool step_location(std::uint8_t opcode, DwarfCursor& cursor);
    bool step_cfa(std::uint8_t opcode, DwarfCursor& cursor);
    bool step_rule(std::uint8_t opcode, DwarfCursor& cursor);
    bool step_state(std::uint8_t opcode, DwarfCursor& cursor);
    bool advance(std::uint64_t units);
    bool set_cfa(std::uint64_t reg, std::int64_t offset);
    bool set_rule(std::uint64_t reg, RuleKind kind, std::int64_t value);
    bool restore(std::uint64_t reg);
    bool take_expression(DwarfCursor& cursor, std::int64_t* where);

    std::int64_t scaled(std::uint64_t factor) const { return scaled_signed(static_cast<std::int64_t>(factor)); }
    std::int64_t scaled_signed(std::int64_t factor) const {
        // Wraps on nonsense instead of overflowing; the range check of set_rule and set_cfa refuses it then.
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(factor) *
                                         static_cast<std::uint64_t>(frame_.data_alignment));
    }

    const FrameDescription& frame_;
    const std::uint8_t* anchor_;
    std::uintptr_t location_;
    Rules& rules_;
    Rules initial_;
    unsigned remembered_count_ = 0;
    Rules remembered_[kMaxRemembered];
};

bool fits(std::int64_t value) { return value == static_cast<std::int32_t>(value); }

bool Machine::run(const std::uint8_t* begin, const std::uint8_t* end, std::uintptr_t pc) {
    DwarfCursor cursor(begin, end);
    while (!cursor.done() && location_ <= pc) {
        if (!step(cursor)) return false;
    }
    return !cursor.failed();
}

bool Machine::step(DwarfCursor& cursor) {
    const std::uint8_t opcode = cursor.u8();
    const std::uint8_t operand = opcode & 0x3F;
    switch (opcode & 0xC0) {
        case kAdvanceLoc:
            return advance(operand);
        case kOffset:
            return set_rule(operand, RuleKind::kOffset, scaled(cursor.uleb()));
        case kRestore:
            return restore(operand);
        default:
            break;
    }
    if (opcode == kNop) return true;
    if (opcode <= kAdvanceLoc4) return step_location(opcode, cursor);
    if (opcode == kDefCfaSf || opcode == kDefCfaOffsetSf || (opcode >= kDefCfa && opcode <= kDefCfaExpression))
        return step_cfa(opcode, cursor);
    if (opcode == kRememberState || opcode == kRestoreState || opcode == kGnuArgsSize)
        return step_state(opcode, cursor);
    return step_rule(opcode, cursor);
}

bool Machine::advance(std::uint64_t units) {
    location_ += units * frame_.code_alignment;
    return true;
}

bool Machine::step_location(std::uint8_t opcode, DwarfCursor& cursor) {
    switch (opcode) {
        case kAdvanceLoc1:
            return advance(cursor.u8());
        case kAdvanceLoc2:
            return advance(cursor.u16());
        case kAdvanceLoc4:
            return advance(cursor.u32());
        default:
            location_ = cursor.encoded(frame_.pointer_encoding, 0);
            return true;  // kSetLoc
    }
}

bool Machine::step_cfa(std::uint8_t opcode, DwarfCursor& cursor) {
    switch (opcode) {
        case kDefCfa: {
            const std::uint64_t reg = cursor.uleb();
            return set_cfa(reg, static_cast<std::int64_t>(cursor.uleb()));
        }
        case kDefCfaSf: {
            const std::uint64_t reg = cursor.uleb();
            return set_cfa(reg, scaled_signed(cursor.sleb()));
        }
        case kDefCfaRegister:
            return set_cfa(cursor.uleb(), rules_.cfa_value);
        case kDefCfaOffset:
            return set_cfa(rules_.cfa_register, static_cast<std::int64_t>(cursor.uleb()));
        case kDefCfaOffsetSf:
            return set_cfa(rules_.cfa_register, scaled_signed(cursor.sleb()));
        default: {  // kDefCfaExpression
            std::int64_t where = 0;
            if (!take_expression(cursor, &where)) return false;
            rules_.cfa_is_expression = true;
            rules_.cfa_known = true;
            rules_.cfa_value = static_cast<std::int32_t>(where);
            return true;
        }
    }
}

bool Machine::step_rule(std::uint8_t opcode, DwarfCursor& cursor) {
    const std::uint64_t reg = cursor.uleb();
    std::int64_t where = 0;
    switch (opcode) {
        case kOffsetExtended:
            return set_rule(reg, RuleKind::kOffset, scaled(cursor.uleb()));
        case kOffsetExtendedSf:
            return set_rule(reg, RuleKind::kOffset, scaled_signed(cursor.sleb()));
        case kGnuNegativeOffsetExtended:
            return set_rule(reg, RuleKind::kOffset, -scaled(cursor.uleb() & 0x7FFFFFFF));
        case kValOffsetRule:
            return set_rule(reg, RuleKind::kValOffset, scaled(cursor.uleb()));
        case kValOffsetSf:
            return set_rule(reg, RuleKind::kValOffset, scaled_signed(cursor.sleb()));
        case kRestoreExtended:
            return restore(reg);
        case kUndefinedRule:
            return set_rule(reg, RuleKind::kUndefined, 0);
        case kSameValue:
            return set_rule(reg, RuleKind::kSame, 0);
        case kRegisterRule:
            return set_rule(reg, RuleKind::kRegister, static_cast<std::int64_t>(cursor.uleb()));
        case kExpressionRule:
            return take_expression(cursor, &where) && set_rule(reg, RuleKind::kExpression, where);
        case kValExpressionRule:
            return take_expression(cursor, &where) && set_rule(reg, RuleKind::kValExpression, where);
        default:
            return false;
    }
}

bool Machine::step_state(std::uint8_t opcode, DwarfCursor& cursor) {
    if (opcode == kGnuArgsSize) {  // matters to landing pads only
        cursor.uleb();
        return true;
    }
    if (opcode == kRememberState) {
        if (remembered_count_ == kMaxRemembered) return false;
        remembered_[remembered_count_++] = rules_;
        return true;
    }
    if (remembered_count_ == 0) return false;
    rules_ = remembered_[--remembered_count_];
    return true;
}

bool Machine::set_cfa(std::uint64_t reg, std::int64_t offset) {
    if (reg >= kReturnAddress || !fits(offset)) return false;
    rules_.cfa_register = static_cast<std::uint8_t>(reg);
    rules_.cfa_is_expression = false;
    rules_.cfa_known = true;
    rules_.cfa_value = static_cast<std::int32_t>(offset);
    return true;
}

bool Machine::set_rule(std::uint64_t reg, RuleKind kind, std::int64_t value) {
    if (reg >= kRegisters) return true;  // a vector or x87 register: nothing an unwinding depends on
    if (!fits(value) || (kind == RuleKind::kRegister && static_cast<std::uint64_t>(value) >= kRegisters)) return false;
    rules_.kind[reg] = kind;
    rules_.value[reg] = static_cast<std::int32_t>(value);
    return true;
}

bool Machine::restore(std::uint64_t reg) {
    if (reg >= kRegisters) return true;
    rules_.kind[reg] = initial_.kind[reg];
    rules_.value[reg] = initial_.value[reg];
    return true;
}

// Steps over an expression and says where it stands.
bool Machine::take_expression(DwarfCursor& cursor, std::int64_t* where) {
    *where = cursor.at() - anchor_;
    cursor.skip(cursor.uleb());
    return !cursor.failed() && fits(*where);
}

}  // namespace

bool run_program(const CodeImage& image, const FrameDescription& frame, std::uintptr_t pc, Rules* rules) {
    *rules = Rules{};
    Machine machine(image, frame, rules);
    machine.end_of_initial();
    if (!machine.run(frame.initial, frame.initial_end, frame.pc_begin)) return false;
    machine.end_of_initial();
    return machine.run(frame.program, frame.program_end, pc) && rules->cfa_known;
}

}  // namespace dregs
