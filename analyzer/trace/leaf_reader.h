// Streams the block map leaf by leaf, settled: every word as it was at one moment, although the process may be writing.
//
// Owns the care that takes: each leaf is read twice, words that differ are read again until they hold still, a block
// whose size word is torn is left out. Leaves come in address order, once each; memory is one leaf. Does not interpret
// what the blocks refer to. Called by load.cpp (which turns words into blocks) and snapshot.cpp (which writes them
// down).
#pragma once

#include <absl/functional/function_ref.h>

#include <cstdint>
#include <vector>

#include "analyzer/trace/record_array.h"

namespace dregs {

// One leaf, and behind it the first word of the next: the size of a block in the last granule may stand there.
struct SettledLeaf {
    std::uint64_t address = 0;
    std::uint64_t offset = 0;
    std::vector<format::Word> words = std::vector<format::Word>(format::kLeafWords + 1);
};

class LeafReader {
  public:
    // Checks every leaf's place, and the tables'. Throws TraceError.
    LeafReader(const ByteSource& source, const format::Header& header);

    std::size_t leaves() const { return leaves_.size(); }
    const std::vector<format::Leaf>& sorted_leaves() const { return leaves_; }
    void for_each(absl::FunctionRef<void(const SettledLeaf&)> sink);

    // Words left out because they would not hold still.
    std::uint64_t in_flux() const { return in_flux_; }
    // Blocks without their size, in a file that nobody writes: a crash in the middle of a store, or damage.
    std::uint64_t damaged() const { return damaged_; }

  private:
    void read_twice(std::size_t index);
    void settle_all(SettledLeaf& leaf);
    void settle(SettledLeaf& leaf, std::size_t word);
    bool read_pair(std::uint64_t offset, std::size_t word, format::Word& block, format::Word& size) const;
    std::uint64_t offset_after(std::size_t index) const;

    const ByteSource& source_;
    std::vector<format::Leaf> leaves_;  // sorted by address
    SettledLeaf current_;
    std::vector<format::Word> second_ = std::vector<format::Word>(format::kLeafWords);
    std::uint64_t next_offset_ = 0;  // where the word after the current leaf stands, 0: nowhere
    format::Word carried_size_ = 0;  // settled with the leaf before: stands in this leaf's first word
    std::uint64_t carried_address_ = 0;
    std::uint64_t in_flux_ = 0;
    std::uint64_t damaged_ = 0;
};

}  // namespace dregs
