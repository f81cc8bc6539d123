// The call before a return address: was one left there by a call at all, and by a call of whom?
//
// Owns: the encodings of x86-64's call instructions (Intel's manual, volume 2, "CALL"), and the jumps that lie between
// a call and its function: stubs of a procedure linkage table, thunks. Reads code as it stands in memory and asks
// before it does. No locks, async-signal-safe. Called where a stack may end at a planted return address, and when a
// memo is filled.
#pragma once

#include <cstdint>

#include "preload/unwind/readable_pages.h"

namespace dregs {

struct CallSite {
    enum Kind : std::uint8_t {
        kNone,      // nothing before it is a call
        kUnread,    // that memory cannot be read
        kIndirect,  // a call through a register, or through memory that a register points at
        kDirect,    // a call of `target`
    };
    Kind kind;
    std::uintptr_t target;
};

CallSite call_before(std::uintptr_t return_address, ReadablePages& pages);

// Whether the code at `pc` was called by the call that would have left `return_address`.
enum class WasCalled : std::uint8_t { kNo, kPerhaps, kYes };
// `exact` as in Frame: whether `pc` is where the function was interrupted, or a return address into it.
WasCalled was_called_from(std::uintptr_t return_address, std::uintptr_t pc, bool exact, ReadablePages& pages);

}  // namespace dregs
