// What a block's scope record says: its instance, kind and thread, and whether the block outlived it.
//
// Owns the rules: a share stands for its instance; kind 0 ("no scope") is never outlived; what changed while the trace
// was read is innocent; an open pool whose parent has ended holds survivors. Reads the trace's tables, changes nothing.
#pragma once

#include <cstdint>
#include <string>

#include "analyzer/trace/trace.h"

namespace dregs {

struct ScopeFacts {
    std::uint32_t instance = 0;  // scope record, never a share; 0: none
    std::uint32_t kind = 0;
    std::uint32_t tid = 0;  // of the thread that allocated
    format::StringRef thread_name = 0;
    std::uint32_t begin_cs = 0;  // the block is not older than this
    bool outlived = false;
};

class ScopeIndex {
  public:
    explicit ScopeIndex(const Trace& trace) : trace_(trace) {}

    // Throws TraceError when the record contradicts the rest of the trace.
    ScopeFacts facts(std::uint32_t scope) const;
    // Empty for kind 0.
    std::string kind_name(std::uint32_t kind) const;
    // Whether what is allocated in this instance (not a share) has outlived it.
    bool outlived(std::uint32_t instance) const;

  private:
    bool ancestor_ended(const format::Scope& pool) const;

    const Trace& trace_;
};

}  // namespace dregs
