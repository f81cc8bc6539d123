// The kernel's signal frame. See signal_frame.h.
#include "preload/unwind/signal_frame.h"

#include "preload/system/sys.h"
#include "preload/unwind/dwarf_expression.h"
#include "preload/unwind/foreign_memory.h"
#include "preload/unwind/readable_pages.h"

namespace dregs {
namespace {

// Positions in gregs of <sys/ucontext.h>, by DWARF register number; gregs begin at 40.
constexpr std::int64_t kGregs = 40;
constexpr std::uint8_t kGregIndex[kRegisters] = {13, 12, 14, 11, 9, 8, 10, 15, 0, 1, 2, 3, 4, 5, 6, 7, 16};

bool reduces_to(const CodeImage& image, std::int32_t where, std::uintptr_t pc, std::int64_t from_sp, bool loads) {
    AddressForm form;
    return reduce_expression(image, where, pc, ExpressionStart::kCfa, &form) && form.base == AddressForm::kSp &&
           form.loads == loads && form.inner == from_sp && form.outer == 0;
}

bool saved_at(const CodeImage& image, const Rules& rules, std::uintptr_t pc, unsigned reg, std::int64_t from_sp) {
    return rules.kind[reg] == RuleKind::kExpression && reduces_to(image, rules.value[reg], pc, from_sp, false);
}

// The alternate stack that was in force when the handler began.
struct SignalStack {
    std::uintptr_t begin;
    std::uintptr_t bytes;
    bool disarms;  // SS_AUTODISARM: the thread has none while the handler runs

    bool holds(std::uintptr_t address) const { return address - begin < bytes; }
};

// As a stack_t behind uc_flags and uc_link: where, flags, how large.
SignalStack signal_stack_at(std::uintptr_t context) {
    constexpr std::uint32_t kAutodisarm = std::uint32_t{1} << 31;
    const auto flags = static_cast<std::uint32_t>(load_foreign(context + 24, 4));
    return {load_foreign_word(context + 16), load_foreign_word(context + 32), (flags & kAutodisarm) != 0};
}

}  // namespace

bool has_kernel_layout(const CodeImage& image, const Rules& rules, std::uintptr_t pc) {
    return rules.cfa_is_expression && reduces_to(image, rules.cfa_value, pc, kSavedSp, true) &&
           saved_at(image, rules, pc, kReturnAddress, kSavedPc) && saved_at(image, rules, pc, kRbp, kSavedBp) &&
           (rules.kind[kRsp] == RuleKind::kUnspecified || saved_at(image, rules, pc, kRsp, kSavedSp));
}

bool is_signal_return(const CodeImage& image, std::uintptr_t pc) {
    static constexpr std::uint8_t kLong[] = {0x48, 0xC7, 0xC0, 0x0F, 0, 0, 0, 0x0F, 0x05};
    static constexpr std::uint8_t kShort[] = {0xB8, 0x0F, 0, 0, 0, 0x0F, 0x05};  // mov $15, %eax
    const auto* code = reinterpret_cast<const void*>(pc);
    return (image.holds(pc, sizeof(kLong)) && __builtin_memcmp(code, kLong, sizeof(kLong)) == 0) ||
           (image.holds(pc, sizeof(kShort)) && __builtin_memcmp(code, kShort, sizeof(kShort)) == 0);
}

bool interrupted_registers(const CodeImage& image, std::uintptr_t context, RegisterFile* registers) {
    const std::uintptr_t gregs = context + static_cast<std::uintptr_t>(kGregs);
    if (image.pages != nullptr && !image.pages->holds_range(gregs, kRegisters * sizeof(std::uint64_t))) return false;
    for (unsigned reg = 0; reg < kRegisters; ++reg)
        registers->set(reg, load_foreign_word(gregs + kGregIndex[reg] * sizeof(std::uint64_t)));
    return true;
}

bool handler_is_over(std::uintptr_t context, ReadablePages& pages) {
    if (!pages.holds_range(context, static_cast<std::size_t>(kSavedPc) + sizeof(std::uint64_t))) return false;
    const SignalStack began_on = signal_stack_at(context);
    const std::uint64_t interrupted_sp = load_foreign_word(context + static_cast<std::uintptr_t>(kSavedSp));
    if (!began_on.holds(context) || began_on.holds(interrupted_sp)) return false;
    const sys::SignalStackState now = sys::signal_stack_state();
    return now == sys::SignalStackState::kIdle || (now == sys::SignalStackState::kNone && !began_on.disarms);
}

bool find_resume_point(const RegisterFile& registers, ResumePoint* point) {
    constexpr std::uint32_t kNeeded = 1u << kRbx | 1u << kRbp | 1u << kRsp | 0xF000u | 1u << kReturnAddress;
    const std::uint64_t* value = registers.value;
    *point = {value[kRbx],     value[kRbp],     value[kRsp], value[kR12],
              value[kR12 + 1], value[kR12 + 2], value[kR15], value[kReturnAddress]};
    return (registers.known & kNeeded) == kNeeded;
}

void return_to(std::uintptr_t context, const ResumePoint& point) {
    auto* gregs = reinterpret_cast<std::uint64_t*>(context + static_cast<std::uintptr_t>(kGregs));
    const auto set = [gregs](unsigned reg, std::uint64_t value) { gregs[kGregIndex[reg]] = value; };
    set(kRax, 0);
    set(kRbx, point.rbx);
    set(kRbp, point.rbp);
    set(kRsp, point.rsp);
    set(kR12, point.r12);
    set(kR12 + 1, point.r13);
    set(kR12 + 2, point.r14);
    set(kR15, point.r15);
    set(kReturnAddress, point.pc);
}

}  // namespace dregs
