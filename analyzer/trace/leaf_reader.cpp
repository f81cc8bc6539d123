// See leaf_reader.h. for_each -> read_twice -> settle_all -> settle -> read_pair
#include "analyzer/trace/leaf_reader.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

#include "analyzer/trace/error.h"
#include "analyzer/trace/table_regions.h"

namespace dregs {
namespace {

constexpr int kTries = 8;

absl::Span<std::uint8_t> bytes_of(format::Word* words, std::size_t count) {
    return absl::MakeSpan(reinterpret_cast<std::uint8_t*>(words), count * sizeof(format::Word));
}

void check_leaf(const ByteSource& source, std::uint64_t place, const format::Leaf& leaf, std::uint64_t file_end,
                const TableRegions& tables) {
    if (leaf.address % format::kLeafSpan != 0 || leaf.address >= format::kAddressLimit) {
        throw TraceError(
            source.name(), place,
            absl::StrCat("a leaf of the block map has the impossible address 0x", absl::Hex(leaf.address)));
    }
    const bool inside = leaf.offset >= format::kHeaderBytes && leaf.offset % 8 == 0 && leaf.offset <= file_end &&
                        format::kLeafBytes <= file_end - leaf.offset;
    if (!inside) {
        throw TraceError(source.name(), place,
                         absl::StrCat("a leaf of the block map lies at ", leaf.offset, ", but the file ends at ",
                                      file_end, ": it was cut off or garbled"));
    }
    const char* table = tables.table_within(leaf.offset, leaf.offset + format::kLeafBytes);
    if (table == nullptr) return;
    throw TraceError(source.name(), place,
                     absl::StrCat("a leaf of the block map lies at ", leaf.offset, ", within the ", table, " table"));
}

// Two leaves in one place would let a small file claim blocks without end. `key` and the `size` behind it are a leaf's
// place.
template <class Key>
void require_apart(const ByteSource& source, std::vector<format::Leaf>& leaves, Key key, std::uint64_t size) {
    std::sort(leaves.begin(), leaves.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
    const auto twice = std::adjacent_find(leaves.begin(), leaves.end(),
                                          [&](const auto& a, const auto& b) { return key(b) - key(a) < size; });
    if (twice != leaves.end()) {
        throw TraceError(source.name(), twice->offset, "two leaves of the block map stand in one place");
    }
}

}  // namespace

LeafReader::LeafReader(const ByteSource& source, const format::Header& header) : source_(source) {
    const TableLayout layout(source, header, format::kLeaves);
    const RecordArray<format::Leaf> records(source, header, format::kLeaves);
    const TableRegions tables(source, header);
    const std::uint64_t file_end = source.size();
    for (auto at = records.begin(); at != records.end(); ++at) {
        const format::Leaf& leaf = *at;
        if (leaf.offset == 0) continue;  // handed out, not written yet
        check_leaf(source, layout.offset_of(at.index()), leaf, file_end, tables);
        leaves_.push_back(leaf);
    }
    require_apart(
        source, leaves_, [](const format::Leaf& leaf) { return leaf.offset; }, format::kLeafBytes);
    require_apart(
        source, leaves_, [](const format::Leaf& leaf) { return leaf.address; }, format::kLeafSpan);
}

void LeafReader::for_each(absl::FunctionRef<void(const SettledLeaf&)> sink) {
    for (std::size_t i = 0; i < leaves_.size(); ++i) {
        read_twice(i);
        settle_all(current_);
        sink(current_);
    }
}

std::uint64_t LeafReader::offset_after(std::size_t index) const {
    const bool follows =
        index + 1 < leaves_.size() && leaves_[index + 1].address == leaves_[index].address + format::kLeafSpan;
    return follows ? leaves_[index + 1].offset : 0;
}

void LeafReader::read_twice(std::size_t index) {
    current_.address = leaves_[index].address;
    current_.offset = leaves_[index].offset;
    next_offset_ = offset_after(index);
    source_.read(current_.offset, bytes_of(current_.words.data(), format::kLeafWords));
    current_.words.back() = next_offset_ ? source_.read_value<format::Word>(next_offset_) : 0;
    source_.read(current_.offset, bytes_of(second_.data(), format::kLeafWords));
}

// A block word read before and after its size word, and the same both times, belongs with that size. A size word is
// settled with its block: what became of it since is of no concern.
void LeafReader::settle_all(SettledLeaf& leaf) {
    const bool carried = carried_size_ != 0 && carried_address_ == leaf.address;
    if (carried) leaf.words[0] = carried_size_;
    for (std::size_t i = carried ? 1 : 0; i < format::kLeafWords; ++i) {
        const bool torn = format::word_tag(leaf.words[i]) == format::kWordLarge &&
                          format::word_tag(leaf.words[i + 1]) != format::kWordSize;
        if (leaf.words[i] != second_[i] || torn) settle(leaf, i);
        if (format::word_tag(leaf.words[i]) == format::kWordLarge) ++i;
    }
    const bool carries = format::word_tag(leaf.words[format::kLeafWords - 1]) == format::kWordLarge;
    carried_size_ = carries ? leaf.words[format::kLeafWords] : 0;
    carried_address_ = leaf.address + format::kLeafSpan;
}

void LeafReader::settle(SettledLeaf& leaf, std::size_t word) {
    format::Word block = 0;
    format::Word size = 0;
    bool still = false;
    for (int attempt = 0; attempt < kTries && !still; ++attempt) still = read_pair(leaf.offset, word, block, size);
    const bool large = format::word_tag(block) == format::kWordLarge;
    const bool sized = format::word_tag(size) == format::kWordSize;
    if (!still || (large && !sized)) {
        // In a file at rest, the second and the first reading agree.
        const bool at_rest = still && leaf.words[word] == second_[word];
        ++(at_rest ? damaged_ : in_flux_);
        block = 0;
    }
    leaf.words[word] = block;
    if (format::word_tag(block) == format::kWordLarge) leaf.words[word + 1] = size;
}

bool LeafReader::read_pair(std::uint64_t offset, std::size_t word, format::Word& block, format::Word& size) const {
    const std::uint64_t place = offset + word * sizeof(format::Word);
    const bool last = word + 1 == format::kLeafWords;
    const std::uint64_t next = last ? next_offset_ : place + sizeof(format::Word);
    block = source_.read_value<format::Word>(place);
    size = next ? source_.read_value<format::Word>(next) : 0;
    return source_.read_value<format::Word>(place) == block;
}

}  // namespace dregs
