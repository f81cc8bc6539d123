// A trace made of another tool's list of live blocks: what the importers share.
//
// Takes addresses as they come: blocks that the block map has no word for, that overlap, or that lie too far apart for
// a leaf of their own, go to the side table, so the trace stays in proportion to the blocks. Counts each block as one
// allocation by one thread. Called by the readers of foreign formats; knows none of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analyzer/trace/named_frame.h"
#include "analyzer/trace/trace_writer.h"

namespace dregs {

class ForeignHeap {
  public:
    // `program` and `source` stand in the trace's header for what it was made from.
    ForeignHeap(std::string_view program, std::string_view source);

    // A stack of one frame more; `caller` is a stack or format::kStackWhole.
    std::uint32_t add_frame(std::uint32_t caller, const NamedFrame& frame);
    // An open instance of a kind, in `parent` (0: in none).
    std::uint32_t add_scope(std::string_view kind, std::uint32_t parent, std::string_view label = {});
    // `address` not 0, and below format::kAddressLimit.
    void add_block(std::uint64_t address, std::uint64_t bytes, std::uint32_t stack, std::uint32_t scope);

    // The trace. Ends this object's use.
    std::vector<std::uint8_t> finish();

  private:
    struct ForeignBlock {
        std::uint64_t address;
        std::uint64_t bytes;
        std::uint32_t stack;
        std::uint32_t scope;
    };
    using Blocks = std::vector<ForeignBlock>;

    std::uint32_t kind_of(std::string_view name, std::uint32_t parent);
    void write_leaf(Blocks::const_iterator begin, Blocks::const_iterator end);
    void write_aside(const ForeignBlock& block);

    TraceWriter writer_;
    std::unordered_map<std::string, std::uint32_t> kinds_;
    std::unordered_map<std::uint32_t, std::uint64_t> entered_;  // by kind
    std::unordered_map<std::uint32_t, std::uint32_t> kind_of_scope_;
    Blocks blocks_;
    std::uint64_t free_from_ = 0;  // words of the block map below this address are taken
};

}  // namespace dregs
