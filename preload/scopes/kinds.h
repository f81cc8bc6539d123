// Scope kinds by name, and the counters of each kind, one set for each thread that uses it.
//
// Callers hold the slow lock; threads keep what they learnt (thread_state.h). Zero bytes are a valid detached table.
#pragma once

#include "preload/file/string_table.h"
#include "preload/file/table.h"

namespace dregs {

// Kinds are names that the program's text holds, not data: more than this is a mistake of the program.
inline constexpr std::uint32_t kMaxKinds = 1024;

class Kinds {
  public:
    void attach(TraceFile& file, SlowLock& lock, StringTable& strings);
    // 0: no room or too many. A new kind is noted to be nested in `parent` (0: none).
    std::uint32_t find_or_add(const char* name, std::uint32_t parent);
    // The name of a kind as the trace keeps it: not terminated, never moved.
    const char* name(std::uint32_t kind, std::uint32_t& length) const;
    // The index of a fresh set of counters; 0: no room.
    std::uint32_t add_counters(std::uint32_t kind, std::uint32_t thread);
    format::KindCounters& counters(std::uint32_t index) const { return counters_.at(index); }

  private:
    StringTable* strings_;
    std::uint32_t count_;
    TraceTable<format::Kind, format::kKinds, 64> kinds_;
    TraceTable<format::KindCounters, format::kKindCounters, 64> counters_;
};

}  // namespace dregs
