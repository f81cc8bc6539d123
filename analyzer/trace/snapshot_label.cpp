// See snapshot_label.h.
#include "analyzer/trace/snapshot_label.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

namespace dregs {
namespace {

constexpr std::uint64_t kAlignment = 64;

// A length of 32 bits, the bytes, and zeroes up to a multiple of four.
std::vector<std::uint8_t> stored(std::string_view text) {
    const auto length = static_cast<std::uint32_t>(text.size());
    std::vector<std::uint8_t> bytes(sizeof length + (text.size() + 3) / 4 * 4);
    std::memcpy(bytes.data(), &length, sizeof length);
    std::memcpy(bytes.data() + sizeof length, text.data(), text.size());
    return bytes;
}

// Where a segment more begins; 0: there can be none.
std::uint64_t add_segment(std::uint64_t file_bytes, std::size_t number, std::uint64_t last_index,
                          format::Table& table) {
    const std::uint64_t bytes = std::uint64_t{table.first_records} << number;
    if (number >= format::kMaxSegments || last_index > std::numeric_limits<format::StringRef>::max()) return 0;
    // Segments that are missing in between leave no next one.
    if (bytes - table.first_records >= last_index || table.segment_offset[number] != 0) return 0;
    table.segment_offset[number] = (file_bytes + kAlignment - 1) / kAlignment * kAlignment;
    return table.segment_offset[number];
}

}  // namespace

std::uint64_t write_label(const TableLayout& strings, std::string_view label, std::uint64_t file_bytes,
                          format::Header& header, NewFile& copy) {
    format::Table& table = header.tables[format::kStrings];
    if (strings.extents().empty()) return file_bytes;
    const std::vector<std::uint8_t> bytes = stored(label);
    const TableLayout::Extent& last = strings.extents().back();
    const std::uint64_t capacity = last.first_index + last.records;
    if (table.count > capacity) return file_bytes;
    std::uint64_t index = std::max((table.count + 3) / 4 * 4, last.first_index);
    std::uint64_t offset = last.offset + (index - last.first_index);
    if (index + bytes.size() > capacity) {
        index = capacity;
        const std::size_t number = strings.extents().size();
        offset = add_segment(file_bytes, number, index + bytes.size(), table);
        if (offset == 0) return file_bytes;
        file_bytes = offset + (std::uint64_t{table.first_records} << number);
    }
    copy.write(offset, bytes);
    table.count = index + bytes.size();
    header.snapshot_label = static_cast<format::StringRef>(index);
    header.file_bytes = std::max(header.file_bytes, file_bytes);
    return file_bytes;
}

}  // namespace dregs
