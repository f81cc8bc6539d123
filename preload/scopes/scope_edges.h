// Where instances of scopes begin and end: one record in the trace for each kind and stack, counted at a thread's
// first, second, fourth, eighth ... instance of a kind, so that a mark costs next to nothing.
//
// All callers but `is_looked_at` take the slow lock. Zero bytes are a valid detached table.
#pragma once

#include "preload/file/table.h"

namespace dregs {

class ScopeEdges {
  public:
    void attach(TraceFile& file, SlowLock& lock);

    // Whether the instance that makes a thread's count `count` is one of those that are looked at.
    static bool is_looked_at(std::uint64_t count) { return (count & (count - 1)) == 0; }
    void add(std::uint32_t kind, std::uint32_t stack, format::ScopeEdgeKind edge);

  private:
    static constexpr std::uint32_t kMost = 1024;  // more places than that nobody reads

    SlowLock* lock_;
    std::uint32_t count_;
    TraceTable<format::ScopeEdge, format::kScopeEdges, 64> edges_;
};

}  // namespace dregs
