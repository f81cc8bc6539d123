// A place to run what recurses as deep as its input says.
//
// Owns a thread for as long as a call takes. Used by demangle(): a name of 64 KiB needs up to 10 MB of stack, which the
// thread that asks may not have.
#pragma once

#include <absl/functional/function_ref.h>

namespace dregs {

// Waits for it; no signal is handled there. `work` must not throw. False: there is no room for such a stack.
bool run_on_deep_stack(absl::FunctionRef<void()> work);

}  // namespace dregs
