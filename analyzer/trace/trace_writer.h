// Makes a trace file's bytes from a description: for importers, and for tests that need a trace nobody recorded.
//
// Owns the layout of a new file. What it is given is written as it is, right or wrong: tests make bad traces with it.
// Not for live tracing; the shim has its own.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dregs/trace_format.h"

namespace dregs {

class TraceWriter {
  public:
    TraceWriter();

    format::Header& header() { return header_; }
    format::StringRef add_string(std::string_view text);
    std::uint32_t add_module(const format::Module& module);
    // One frame more, `parent` being its caller's node or a root. The same node is given again for the same frame.
    std::uint32_t add_node(std::uint32_t parent, std::uint64_t location);
    // A stack whose frames have names only, innermost first.
    std::uint32_t add_named_stack(const std::vector<std::string_view>& functions);
    std::uint32_t add_kind(std::string_view name, std::uint32_t parent = 0);
    std::uint32_t add_scope(const format::Scope& scope);
    // A block in the map, counted in thread 1's alloc_calls.
    void add_block(std::uint64_t address, std::uint64_t bytes, std::uint32_t stack, std::uint32_t scope);
    void add_side_block(const format::SideBlock& block) { side_blocks_.push_back(block); }
    void add_note(const format::Note& note) { notes_.push_back(note); }
    // A record of the ledger, which the trace has from then on; nothing else is counted.
    void add_release(const format::Release& release);
    void add_scope_edge(const format::ScopeEdge& edge) { scope_edges_.push_back(edge); }
    void set_word(std::uint64_t address, format::Word word);

    format::Scope& scope(std::uint32_t index) { return scopes_[index]; }
    format::StackNode& node(std::uint32_t index) { return nodes_[index]; }
    // The counters of a kind: known ones, or a record more.
    format::KindCounters& kind_counters(std::uint32_t kind);
    format::KindCounters& add_kind_counters(std::uint32_t kind);
    format::ThreadCounters& thread() { return threads_[1]; }

    std::vector<std::uint8_t> finish();

  private:
    template <class T>
    void write_table(format::TableId id, const std::vector<T>& records, std::uint32_t first_records = 16);
    void write_leaves();
    std::uint64_t reserve(std::uint64_t bytes);

    format::Header header_{};
    std::vector<std::uint8_t> image_;
    std::vector<std::uint8_t> strings_;
    std::vector<format::Module> modules_;
    std::vector<format::StackNode> nodes_;
    std::vector<format::Scope> scopes_;
    std::vector<format::Kind> kinds_;
    std::vector<format::KindCounters> kind_counters_;
    std::vector<format::ThreadCounters> threads_;
    std::vector<format::SideBlock> side_blocks_;
    std::vector<format::Note> notes_;
    std::vector<format::Release> releases_;
    std::vector<format::ScopeEdge> scope_edges_;
    std::map<std::uint64_t, std::vector<format::Word>> leaves_;
    std::map<std::string, format::StringRef, std::less<>> known_strings_;
    std::map<std::pair<std::uint32_t, std::uint64_t>, std::uint32_t> known_nodes_;
};

}  // namespace dregs
