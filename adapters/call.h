// The library call that a thread is in, for what the library does in it: it may call itself by the same names, and take
// from malloc what is its own.
//
// Must hold when a call never comes back (longjmp, an exception): nothing is undone then. So what is known of a call is
// only believed while its frame is still there: further out on the stack, and returning to where it did.
#pragma once

#include <cstddef>

#include "adapters/attributes.h"

namespace dregs::adapters {

struct Call {
    const void* object;  // what the call is about; null: none is under way
    dregs_scope owner;   // whom the library's own memory belongs to
    std::uintptr_t frame;
    std::uintptr_t returns_to;
    // The last block that the library took from malloc in it.
    const void* block;
    std::size_t bytes;
};

// The innermost of this thread that was told of.
extern __thread Call t_call __attribute__((tls_model("initial-exec")));

ADAPTER_INLINE void begin_call(const dregs_caller& caller, const void* object, dregs_scope owner) {
    t_call = {object, owner, caller.sp, caller.pc, nullptr, 0};
}
// `outer`: t_call before it began.
ADAPTER_INLINE void end_call(const Call& outer) { t_call = outer; }

// Whether a function called from `caller` was called, directly or not, by the call that t_call tells of.
ADAPTER_INLINE bool is_within_call(const dregs_caller& caller) {
    constexpr std::uintptr_t kFarthest = 1 << 16;
    const Call& call = t_call;
    if (ADAPTER_LIKELY(!call.object)) return false;
    return call.frame - caller.sp - 1 < kFarthest &&
           reinterpret_cast<const std::uintptr_t*>(call.frame)[-1] == call.returns_to;
}

}  // namespace dregs::adapters
