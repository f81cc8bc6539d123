// From rules to a packed row. See unwind_row.h.
#include "preload/unwind/unwind_row.h"

#include "preload/unwind/call_site.h"
#include "preload/unwind/cfi_program.h"
#include "preload/unwind/dwarf_expression.h"
#include "preload/unwind/process_entry.h"
#include "preload/unwind/readable_pages.h"
#include "preload/unwind/signal_frame.h"

namespace dregs {
namespace {

// rbp lies this far below the CFA at most, so that a row cannot lead a walk off the stack that it is on.
constexpr std::int64_t kMaxSaveDistance = 1 << 16;

bool callee_saves_stack_pointer(const Rules& rules) {
    return rules.kind[kRsp] == RuleKind::kUnspecified ||
           (rules.kind[kRsp] == RuleKind::kValOffset && rules.value[kRsp] == 0);
}

bool returns_through_cfa(const Rules& rules) {
    return rules.kind[kReturnAddress] == RuleKind::kOffset && rules.value[kReturnAddress] == -8;
}

// Where rbp is saved, as CFA + *offset; Row::kBpKept: it is in the register still. False: elsewhere.
bool saved_bp_from_cfa(const Rules& rules, std::int64_t* offset) {
    *offset = Row::kBpKept;
    if (rules.kind[kRbp] == RuleKind::kUnspecified || rules.kind[kRbp] == RuleKind::kSame) return true;
    *offset = rules.value[kRbp];
    return rules.kind[kRbp] == RuleKind::kOffset && *offset <= -16 && *offset >= -kMaxSaveDistance;
}

// CFA = register + offset.
Row pack_plain(const Rules& rules, RowKind kind, std::int64_t cfa) {
    std::int64_t bp = Row::kBpKept;
    const Row complex(RowKind::kComplex, 0, 0);
    if (!Row::offset_fits(cfa) || !saved_bp_from_cfa(rules, &bp)) return complex;
    // The return address and the saved rbp lie at or above the stack pointer. Not so for a moment after "pop %rbp",
    // where only a signal can look: that is left to the full step.
    if (kind == RowKind::kFromSp && (cfa < 8 || bp < -cfa)) return complex;
    if (bp % 8 != 0) return complex;
    // Where the saved rbp lies between the stack pointer and the return address, a step that may read the latter may
    // read it, too.
    const bool far = kind == RowKind::kFromBp && bp < -16;
    return Row(far ? RowKind::kFromBpFar : kind, cfa, bp);
}

// CFA = the word at bp + form.inner; rbp saved at bp + something. What gcc makes of a function that realigns its stack.
Row pack_realigned(const CodeImage& image, const Rules& rules, std::uintptr_t pc, const AddressForm& cfa) {
    const Row complex(RowKind::kComplex, 0, 0);
    AddressForm saved;
    if (cfa.base != AddressForm::kBp || cfa.outer != 0 || !Row::offset_fits(cfa.inner)) return complex;
    if (rules.kind[kRbp] != RuleKind::kExpression ||
        !reduce_expression(image, rules.value[kRbp], pc, ExpressionStart::kCfa, &saved))
        return complex;
    const bool near = saved.inner >= -kMaxSaveDistance && saved.inner <= kMaxSaveDistance;
    if (saved.base != AddressForm::kBp || saved.loads || !near) return complex;
    return Row(RowKind::kFromBpWord, cfa.inner, saved.inner);
}

Row pack_expression(const CodeImage& image, const Rules& rules, std::uintptr_t pc) {
    AddressForm form;
    if (!reduce_expression(image, rules.cfa_value, pc, ExpressionStart::kEmpty, &form))
        return Row(RowKind::kComplex, 0, 0);
    if (form.loads) return pack_realigned(image, rules, pc, form);
    if (form.base == AddressForm::kSp) return pack_plain(rules, RowKind::kFromSp, form.inner);
    if (form.base == AddressForm::kBp) return pack_plain(rules, RowKind::kFromBp, form.inner);
    return Row(RowKind::kComplex, 0, 0);
}

Row pack(const CodeImage& image, const Rules& rules, std::uintptr_t pc) {
    if (rules.kind[kReturnAddress] == RuleKind::kUndefined) return Row(RowKind::kEnd, 0, 0);
    if (!callee_saves_stack_pointer(rules) || !returns_through_cfa(rules)) return Row(RowKind::kComplex, 0, 0);
    if (rules.cfa_is_expression) return pack_expression(image, rules, pc);
    if (rules.cfa_register == kRsp) return pack_plain(rules, RowKind::kFromSp, rules.cfa_value);
    if (rules.cfa_register == kRbp) return pack_plain(rules, RowKind::kFromBp, rules.cfa_value);
    return Row(RowKind::kComplex, 0, 0);
}

bool function_begins_at(const CodeImage& image, std::uintptr_t pc) {
    FrameDescription frame;
    return find_description(image, pc, &frame) && frame.pc_begin == pc;
}

// Whether what stands before a return address can be read and is no call. Of generated code nothing is concluded: the
// kernel, too, puts addresses of pages of its own in the place of return addresses (uprobes).
bool follows_no_call(const CodeImage& image, std::uintptr_t pc) {
    if (!image.is_object || image.pages == nullptr) return false;
    return call_before(pc, *image.pages).kind == CallSite::kNone;
}

// Whether code outside of all objects may be returned to. Where a call cannot be read before the address, there may be
// one all the same.
bool may_be_called_from(const CodeImage& image, std::uintptr_t pc) {
    if (image.pages == nullptr) return true;
    return image.pages->holds(pc) && call_before(pc, *image.pages).kind != CallSite::kNone;
}

// Code without a description: some of it is known all the same.
Row row_without_description(const CodeImage& image, std::uintptr_t pc, bool exact) {
    if (is_signal_return(image, pc)) return Row(RowKind::kSignal, 0, 0);
    if (is_process_entry(image, pc)) return Row(RowKind::kEnd, 0, 0);
    if (!exact && (function_begins_at(image, pc) || follows_no_call(image, pc))) return Row(RowKind::kPlanted, 0, 0);
    if (!exact && !image.is_object && !may_be_called_from(image, pc)) return Row(RowKind::kNoCode, 0, 0);
    return Row(RowKind::kNoUnwind, 0, 0);
}

// The row of a return address behind the last byte of a function.
Row row_at_end(const CodeImage& image, Row row, std::uintptr_t pc) {
    if (follows_no_call(image, pc)) return Row(RowKind::kPlanted, 0, 0);
    return row.kind() == RowKind::kFromSp || row.kind() == RowKind::kFromBp ? row.doubtful() : row;
}

}  // namespace

Row make_row(const CodeImage& image, std::uintptr_t pc, bool exact) {
    const std::uintptr_t inside = exact ? pc : pc - 1;
    FrameDescription frame;
    if (!find_description(image, inside, &frame)) return row_without_description(image, pc, exact);
    Rules rules;
    if (frame.return_register != kReturnAddress || !run_program(image, frame, inside, &rules))
        return Row(RowKind::kNoUnwind, 0, 0);
    if (frame.signal_frame)
        return Row(has_kernel_layout(image, rules, pc) ? RowKind::kSignal : RowKind::kComplex, 0, 0);
    const Row row = pack(image, rules, pc);
    return !exact && pc == frame.pc_end ? row_at_end(image, row, pc) : row;
}

}  // namespace dregs
