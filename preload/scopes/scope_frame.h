// One level of a thread's nesting: an instance that was entered or attached here.
//
// Owns: the layout only. A frame is filled before the thread's `top` refers to it, and what it names does not change
// after that. So who has loaded `top` has one word that tells the record, where it lies, and everything further out; a
// signal handler sees the nesting before a marker or after it.
#pragma once

#include <cstdint>

#include "dregs/trace_format.h"

namespace dregs {

struct ScopeFrame {
    static constexpr std::uint32_t kByMarker = 0;  // ended by leave
    static constexpr std::uint32_t kByAttach = 1;  // ended by restore

    std::uint64_t instance;          // its handle
    std::uint32_t record;            // what blocks refer to: the instance or this thread's present share of it
    std::uint32_t origin;            // kByMarker, kByAttach, or what tells the call that began it
    std::uint64_t slice_end_ns;      // monotonic time at which a new share begins; may be put off
    format::Scope* record_at;        // where `record` is
    format::KindCounters* counters;  // of the instance's kind, this thread's; null: none

    ScopeFrame* outer;  // null: the thread's own instance
    ScopeFrame* next;   // the next place further in, but for handlers (handler_frames.h); null: none yet

    bool is_attached() const { return origin == kByAttach; }
};

}  // namespace dregs
