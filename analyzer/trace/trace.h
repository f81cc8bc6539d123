// A trace in memory: everything but its blocks, which were streamed to a sink while it was loaded.
//
// Owns the tables. Answers every index, however hostile: with null, with "not there", or with TraceError where the file
// contradicts itself. Judges nothing; analysis/ does. Made by load_trace (load.h).
#pragma once

#include <absl/functional/function_ref.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/trace/block_reader.h"
#include "analyzer/trace/record_array.h"
#include "analyzer/trace/scope_moments.h"
#include "analyzer/trace/string_table.h"

namespace dregs {

class Trace {
  public:
    // Reads all tables as they are now. `before` and `releases` are from before the blocks were read.
    Trace(const ByteSource& source, const ScopeMoments& before, RecordArray<format::Release> releases,
          const BlockDamage& damage);

    const std::string& name() const { return name_; }
    const format::Header& header() const { return header_; }
    const RecordArray<format::Module>& modules() const { return modules_; }
    const RecordArray<format::Scope>& scopes() const { return scopes_; }
    const RecordArray<format::Kind>& kinds() const { return kinds_; }
    const RecordArray<format::KindCounters>& kind_counters() const { return kind_counters_; }
    const RecordArray<format::ThreadCounters>& threads() const { return threads_; }
    const RecordArray<format::ScopeEdge>& scope_edges() const { return scope_edges_; }
    const RecordArray<format::Note>& notes() const { return notes_; }
    // Of before the blocks were read, so that no block is both live and released.
    const RecordArray<format::Release>& releases() const { return releases_; }
    const BlockDamage& damage() const { return damage_; }

    // Empty for 0. Throws TraceError when it does not lie in the string table.
    std::string_view string(format::StringRef ref) const { return strings_.at(ref); }

    bool has_stack(std::uint32_t stack) const;
    bool has_scope(std::uint32_t scope) const { return scope < scopes_.size(); }
    // Whether the record changed while the blocks were read: what names it is innocent.
    bool scope_in_flux(std::uint32_t scope) const { return in_flux_[scope]; }

    // Tells the locations of a stack, innermost first, while `visit` returns true. Returns where the chain ends
    // (kStackNone when it was not followed to its end). Throws TraceError when the chain never ends.
    format::StackRoot walk(std::uint32_t stack, absl::FunctionRef<bool(std::uint64_t location)> visit) const;

  private:
    [[noreturn]] void fail(std::uint64_t offset, const std::string& what) const;

    // In the order they are read: what is referred to after what refers to it, each with the table sizes of the moment.
    std::string name_;
    RecordArray<format::Release> releases_;
    RecordArray<format::ScopeEdge> scope_edges_;
    RecordArray<format::Scope> scopes_;
    format::Header header_;
    TableLayout node_layout_;
    RecordArray<format::StackNode> nodes_;
    RecordArray<format::Module> modules_;
    RecordArray<format::Kind> kinds_;
    RecordArray<format::KindCounters> kind_counters_;
    RecordArray<format::ThreadCounters> threads_;
    RecordArray<format::Note> notes_;
    StringTable strings_;
    BlockDamage damage_;
    std::vector<bool> in_flux_;
};

}  // namespace dregs
