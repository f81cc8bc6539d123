// Makes a doubtful return address prove itself. See planted_return.h.
#include "preload/unwind/planted_return.h"

#include "dregs/trace_format.h"
#include "preload/unwind/call_site.h"

namespace dregs {
namespace {

constexpr std::uintptr_t kPcLimit = std::uintptr_t{1} << format::kPcBits;

// Whether the call before the return address called the function that is further in.
WasCalled called_callee(std::uintptr_t return_address, std::uint64_t callee, ReadablePages& pages) {
    return was_called_from(return_address, format::location_pc(callee), format::location_exact(callee), pages);
}

// Whether what the row leads to makes sense: on the same stack a return address that a call of the function before this
// one has left. A function that called with its last instruction is known by its last byte.
WasCalled was_itself_called(const WalkState& before, const WalkState& after) {
    if (after.jumps != before.jumps || after.frame.pc - 1 >= kPcLimit - 1) return WasCalled::kNo;
    return was_called_from(after.frame.pc, before.frame.pc, false, before.stack.pages());
}

}  // namespace

Step step_doubtful(Row row, std::uint64_t callee, WalkState* state) {
    WalkState after = *state;
    const Step result = step(row.undoubted(), &after);
    const WasCalled called =
        callee == 0 ? WasCalled::kYes : called_callee(state->frame.pc, callee, state->stack.pages());
    bool proved = called == WasCalled::kYes;
    if (!proved) {
        // A function may pass a call on by a jump, or be entered at a part of it that lies elsewhere ("cold"): then the
        // call is of another. The caller's own caller must be beyond doubt instead.
        const WasCalled further = result == Step::kCaller ? was_itself_called(*state, after) : WasCalled::kNo;
        proved = further == WasCalled::kYes || (further == WasCalled::kPerhaps && called == WasCalled::kPerhaps);
    }
    if (!proved) return Step::kPlanted;
    *state = after;
    return result;
}

}  // namespace dregs
