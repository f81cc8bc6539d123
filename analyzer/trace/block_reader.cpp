// See block_reader.h.
#include "analyzer/trace/block_reader.h"

#include <algorithm>
#include <cstring>

#include "analyzer/trace/leaf_reader.h"
#include "analyzer/trace/table_layout.h"

namespace dregs {
namespace {

constexpr std::uint64_t kChunkRecords = 2048;
constexpr std::size_t kProgressEvery = 64;

using Chunk = std::vector<format::SideBlock>;

void tell_blocks(const SettledLeaf& leaf, BlockSink sink) {
    for (std::size_t i = 0; i < format::kLeafWords; ++i) {
        const format::Word word = leaf.words[i];
        if (!format::word_is_block(word)) continue;
        const bool large = format::word_tag(word) == format::kWordLarge;
        const std::uint64_t address = leaf.address + i * format::kGranuleBytes + format::word_low_address(word);
        const std::uint64_t bytes =
            large ? format::size_word_bytes(leaf.words[i + 1]) : format::word_inline_bytes(word);
        sink({address, bytes, format::word_stack(word), format::word_scope(word), false});
    }
}

void read_chunk(const ByteSource& source, std::uint64_t offset, Chunk& chunk) {
    source.read(offset, absl::MakeSpan(reinterpret_cast<std::uint8_t*>(chunk.data()),
                                       chunk.size() * sizeof(format::SideBlock)));
}

bool is_entry(const format::SideBlock& block) {
    return block.key != 0 && (block.key & (format::kSideTomb | format::kSideClaimed)) == 0;
}

bool same(const format::SideBlock& a, const format::SideBlock& b) { return std::memcmp(&a, &b, sizeof(a)) == 0; }

// Tells the entries that two readings agree on; returns how many were changing.
std::uint64_t read_side_extent(const ByteSource& source, const TableLayout::Extent& extent, SideSink sink) {
    std::uint64_t in_flux = 0;
    Chunk first;
    Chunk second;
    for (std::uint64_t at = 0; at < extent.records; at += kChunkRecords) {
        const std::uint64_t offset = extent.offset + at * sizeof(format::SideBlock);
        first.resize(std::min(kChunkRecords, extent.records - at));
        second.resize(first.size());
        const auto [begin, end] = source.next_data(offset, offset + first.size() * sizeof(format::SideBlock));
        if (begin >= end) continue;
        read_chunk(source, offset, first);
        read_chunk(source, offset, second);
        for (std::size_t i = 0; i < first.size(); ++i) {
            const bool still = same(first[i], second[i]);
            if (!still) ++in_flux;
            if (still && is_entry(first[i])) sink(first[i], offset + i * sizeof(format::SideBlock));
        }
    }
    return in_flux;
}

}  // namespace

std::uint64_t read_side_blocks(const ByteSource& source, const format::Header& header, SideSink sink) {
    const TableLayout layout(source, header, format::kSideBlocks, sizeof(format::SideBlock));
    std::uint64_t in_flux = 0;
    for (const TableLayout::Extent& extent : layout.extents()) in_flux += read_side_extent(source, extent, sink);
    return in_flux;
}

BlockDamage read_blocks(const ByteSource& source, const format::Header& header, const ScopeMoments& scopes,
                        BlockSink sink, const Progress& progress) {
    LeafReader leaves(source, header);
    std::size_t done = 0;
    leaves.for_each([&](const SettledLeaf& leaf) {
        tell_blocks(leaf, sink);
        if (progress && ++done % kProgressEvery == 0) progress(done, leaves.leaves());
    });
    const std::uint64_t side_flux =
        read_side_blocks(source, header, [&](const format::SideBlock& block, std::uint64_t) {
            const bool pooled = (block.key & format::kSidePool) != 0;
            if (pooled && !scopes.pool_holds(block)) return;
            sink({block.key & format::kSideAddressMask, block.bytes, block.stack, block.scope, pooled});
        });
    return {leaves.damaged(), leaves.in_flux() + side_flux};
}

}  // namespace dregs
