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

// More instructions than any program has, and states in it that are remembered and restored, are nonsense.
constexpr unsigned kMostSteps = 1u << 20;

// Remembered states are not kept, for hooks run on small stacks: what a state was is found by running the program again
// as far as it was remembered.
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
    bool restore_state(const std::uint8_t* here);
    const std::uint8_t* find_remembered(const std::uint8_t* here, unsigned depth);
    const std::uint8_t* find_restored(const std::uint8_t* from, const std::uint8_t* end);
    bool run_again(const std::uint8_t* end);
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
    const std::uint8_t* begin_ = nullptr;  // of the program that runs
    unsigned depth_ = 0;                   // of remembered states
    unsigned steps_ = 0;
    bool only_looking_ = false;  // steps change `depth_` alone
};

bool fits(std::int64_t value) { return value == static_cast<std::int32_t>(value); }

bool Machine::run(const std::uint8_t* begin, const std::uint8_t* end, std::uintptr_t pc) {
    DwarfCursor cursor(begin, end);
    begin_ = begin;
    depth_ = 0;
    while (!cursor.done() && location_ <= pc) {
        if (!step(cursor)) return false;
    }
    return !cursor.failed();
}

bool Machine::step(DwarfCursor& cursor) {
    if (++steps_ > kMostSteps) return false;
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
    if (!only_looking_) location_ += units * frame_.code_alignment;
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
        default: {  // kSetLoc
            const std::uintptr_t location = cursor.encoded(frame_.pointer_encoding, 0);
            if (!only_looking_) location_ = location;
            return true;
        }
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
            if (only_looking_) return true;
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
        ++depth_;
        return true;
    }
    if (depth_ == 0) return false;
    --depth_;
    return only_looking_ || restore_state(cursor.at() - 1);
}

// `here`: the instruction that restores.
bool Machine::restore_state(const std::uint8_t* here) {
    const std::uintptr_t location = location_;
    const unsigned depth = depth_;
    const std::uint8_t* remembered = find_remembered(here, depth);
    const bool done = remembered != nullptr && run_again(remembered);
    location_ = location;
    depth_ = depth;
    return done;
}

// The end of the last instruction before `here` that remembered a state where `depth` others were.
const std::uint8_t* Machine::find_remembered(const std::uint8_t* here, unsigned depth) {
    const std::uint8_t* found = nullptr;
    DwarfCursor cursor(begin_, here);
    depth_ = 0;
    only_looking_ = true;
    while (!cursor.done()) {
        const unsigned before = depth_;
        if (!step(cursor)) break;
        if (depth_ > before && before == depth) found = cursor.at();
    }
    only_looking_ = false;
    return cursor.done() ? found : nullptr;
}

// Where a state that was remembered right before `from` has been restored; null: not before `end`.
const std::uint8_t* Machine::find_restored(const std::uint8_t* from, const std::uint8_t* end) {
    DwarfCursor cursor(from, end);
    depth_ = 1;
    only_looking_ = true;
    while (!cursor.done() && depth_ != 0 && step(cursor)) {
    }
    only_looking_ = false;
    return depth_ == 0 ? cursor.at() : nullptr;
}

// What lies between a state's being remembered and restored has left nothing.
bool Machine::run_again(const std::uint8_t* end) {
    rules_ = initial_;
    DwarfCursor cursor(begin_, end);
    while (!cursor.done()) {
        if (*cursor.at() == kRememberState) {
            cursor.skip(1);
            const std::uint8_t* restored = find_restored(cursor.at(), end);
            if (restored != nullptr) cursor = DwarfCursor(restored, end);
        } else if (!step(cursor)) {
            return false;
        }
    }
    return true;
}

bool Machine::set_cfa(std::uint64_t reg, std::int64_t offset) {
    if (only_looking_) return true;
    if (reg >= kReturnAddress || !fits(offset)) return false;
    rules_.cfa_register = static_cast<std::uint8_t>(reg);
    rules_.cfa_is_expression = false;
    rules_.cfa_known = true;
    rules_.cfa_value = static_cast<std::int32_t>(offset);
    return true;
}

bool Machine::set_rule(std::uint64_t reg, RuleKind kind, std::int64_t value) {
    if (only_looking_ || reg >= kRegisters) return true;  // a vector or x87 register: nothing an unwinding depends on
    if (!fits(value) || (kind == RuleKind::kRegister && static_cast<std::uint64_t>(value) >= kRegisters)) return false;
    rules_.kind[reg] = kind;
    rules_.value[reg] = static_cast<std::int32_t>(value);
    return true;
}

bool Machine::restore(std::uint64_t reg) {
    if (only_looking_ || reg >= kRegisters) return true;
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
