// Where a stack ends at a return address that no call has left.
//
// Coroutine libraries put an address there for the outermost function to return to, or for alignment: of a function
// that ends the program (libcoro's abort, libaco's protector), of a label in their own code (Boost's finish), the
// beginning of the function that cleans up (makecontext's __start_context). Nothing was called from there, so it is no
// frame, and the stack that ends so is whole.
//
// Most such addresses follow no call, and the row of their pc says so (RowKind::kPlanted). Those that do, do it by
// accident: a function begins where another ended with a call that never returns, as abort does in the C library behind
// "call abort". Owns: telling these from what such a call has left, where the stack goes on. Called by the walks.
#pragma once

#include <cstdint>

#include "preload/unwind/unwind_step.h"

namespace dregs {

// The frame further in, by its location in a trace; 0: there is none, the walk begins at the frame at hand.
// On kCaller the state is the caller's; kPlanted leaves it alone. `row` is RowKind::kDoubtful.
Step step_doubtful(Row row, std::uint64_t callee, WalkState* state);

}  // namespace dregs
