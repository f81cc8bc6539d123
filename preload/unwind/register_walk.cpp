// Applies one frame's rules to a register file. See register_walk.h.
#include "preload/unwind/register_walk.h"

#include "preload/unwind/cfi_program.h"
#include "preload/unwind/dwarf_expression.h"
#include "preload/unwind/foreign_memory.h"
#include "preload/unwind/readable_pages.h"
#include "preload/unwind/signal_frame.h"

namespace dregs {
namespace {

class Caller {
  public:
    Caller(const CodeImage& image, const Rules& rules, const RegisterFile& frame)
        : image_(image), rules_(rules), frame_(frame) {}

    bool find_cfa();
    // The register of the caller. False: it is lost.
    bool find(unsigned reg, std::uint64_t* value) const;

  private:
    bool load(std::uint64_t address, std::uint64_t* value) const;

    const CodeImage& image_;
    const Rules& rules_;
    const RegisterFile& frame_;
    std::uint64_t cfa_ = 0;
};

std::uint64_t displaced(std::uint64_t base, std::int32_t offset) {
    return base + static_cast<std::uint64_t>(std::int64_t{offset});
}

bool Caller::find_cfa() {
    if (rules_.cfa_is_expression)
        return evaluate_expression(image_, rules_.cfa_value, frame_, ExpressionStart::kEmpty, 0, &cfa_);
    cfa_ = displaced(frame_.value[rules_.cfa_register], rules_.cfa_value);
    return frame_.has(rules_.cfa_register);
}

bool Caller::load(std::uint64_t address, std::uint64_t* value) const {
    if (image_.pages != nullptr && !image_.pages->holds_range(address, sizeof(*value))) return false;
    *value = load_foreign(address, sizeof(*value));
    return true;
}

bool Caller::find(unsigned reg, std::uint64_t* value) const {
    const std::int32_t operand = rules_.value[reg];
    std::uint64_t address = 0;
    switch (rules_.kind[reg]) {
        case RuleKind::kUnspecified:
            *value = reg == kRsp ? cfa_ : frame_.value[reg];
            return reg == kRsp || frame_.has(reg);
        case RuleKind::kUndefined:
            return false;
        case RuleKind::kSame:
            *value = frame_.value[reg];
            return frame_.has(reg);
        case RuleKind::kOffset:
            return load(displaced(cfa_, operand), value);
        case RuleKind::kValOffset:
            *value = displaced(cfa_, operand);
            return true;
        case RuleKind::kRegister:
            *value = frame_.value[operand];
            return frame_.has(static_cast<unsigned>(operand));
        case RuleKind::kExpression:
            return evaluate_expression(image_, operand, frame_, ExpressionStart::kCfa, cfa_, &address) &&
                   load(address, value);
        case RuleKind::kValExpression:
            return evaluate_expression(image_, operand, frame_, ExpressionStart::kCfa, cfa_, value);
    }
    return false;
}

Step step_without_description(const CodeImage& image, RegisterFile* registers, bool* exact) {
    if (!registers->has(kRsp) || !is_signal_return(image, registers->value[kReturnAddress])) return Step::kNoUnwind;
    if (!interrupted_registers(image, registers->value[kRsp], registers)) return Step::kNoUnwind;
    *exact = true;
    return Step::kCaller;
}

}  // namespace

Step step_registers(const CodeImage& image, RegisterFile* registers, bool* exact) {
    const std::uintptr_t pc = registers->value[kReturnAddress];
    const std::uintptr_t inside = *exact ? pc : pc - 1;
    FrameDescription frame;
    Rules rules;
    if (!find_description(image, inside, &frame)) return step_without_description(image, registers, exact);
    if (frame.return_register != kReturnAddress || !run_program(image, frame, inside, &rules)) return Step::kNoUnwind;
    if (rules.kind[kReturnAddress] == RuleKind::kUndefined) return Step::kEnd;

    Caller caller(image, rules, *registers);
    if (!caller.find_cfa()) return Step::kNoUnwind;
    RegisterFile result{};
    for (unsigned reg = 0; reg < kRegisters; ++reg) {
        std::uint64_t value = 0;
        if (caller.find(reg, &value)) result.set(reg, value);
    }
    const bool stuck = result.value[kReturnAddress] == pc && result.value[kRsp] == registers->value[kRsp];
    if (!result.has(kReturnAddress) || !result.has(kRsp) || stuck) return Step::kNoUnwind;
    *registers = result;
    *exact = frame.signal_frame;
    return Step::kCaller;
}

}  // namespace dregs
