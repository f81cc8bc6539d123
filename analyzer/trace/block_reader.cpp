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

// What two readings do not agree on becomes a tombstone; returns how many there were.
std::uint64_t settle_chunk(Chunk& first, const Chunk& second) {
    std::uint64_t in_flux = 0;
    for (std::size_t i = 0; i < first.size(); ++i) {
        if (same(first[i], second[i])) continue;
        first[i] = {};
        first[i].key = format::kSideTomb;
        ++in_flux;
    }
    return in_flux;
}

std::uint64_t read_side_extent(const ByteSource& source, const TableLayout::Extent& extent, SideSink sink) {
    std::uint64_t in_flux = 0;
    Chunk first;
    Chunk second;
    const std::uint64_t extent_end = extent.offset + extent.records * sizeof(format::SideBlock);
    for (std::uint64_t at = 0; at < extent.records; at += kChunkRecords) {
        const auto [begin, end] = source.next_data(extent.offset + at * sizeof(format::SideBlock), extent_end);
        if (begin >= end) return in_flux;  // nothing was ever stored from here on
        at = (begin - extent.offset) / sizeof(format::SideBlock);
        const std::uint64_t offset = extent.offset + at * sizeof(format::SideBlock);
        first.resize(std::min(kChunkRecords, extent.records - at));
        second.resize(first.size());
        read_chunk(source, offset, first);
        read_chunk(source, offset, second);
        in_flux += settle_chunk(first, second);
        sink(offset, first);
    }
    return in_flux;
}

void tell_side_blocks(absl::Span<const format::SideBlock> records, const ScopeMoments& scopes, BlockSink sink) {
    for (const format::SideBlock& block : records) {
        if (!is_entry(block)) continue;
        const bool pooled = (block.key & format::kSidePool) != 0;
        if (pooled && !scopes.pool_holds(block)) continue;
        sink({block.key & format::kSideAddressMask, block.bytes, block.stack, block.scope, pooled});
    }
}

}  // namespace

std::uint64_t read_side_table(const ByteSource& source, const format::Header& header, SideSink sink) {
    const TableLayout layout(source, header, format::kSideBlocks);
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
    const std::uint64_t side_flux = read_side_table(
        source, header,
        [&](std::uint64_t, absl::Span<const format::SideBlock> records) { tell_side_blocks(records, scopes, sink); });
    return {leaves.damaged(), leaves.in_flux() + side_flux};
}

}  // namespace dregs
