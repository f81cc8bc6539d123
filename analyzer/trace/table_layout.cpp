// See table_layout.h.
#include "analyzer/trace/table_layout.h"

#include <absl/numeric/bits.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cstddef>

#include "analyzer/trace/error.h"

namespace dregs {
namespace {

constexpr std::uint64_t kIndexLimit = std::uint64_t{1} << 32;

std::uint64_t place_of(format::TableId id) {
    return offsetof(format::Header, tables) + static_cast<std::uint64_t>(id) * sizeof(format::Table);
}

std::uint64_t place_of_segment(format::TableId id, unsigned segment) {
    return place_of(id) + offsetof(format::Table, segment_offset) + std::uint64_t{8} * segment;
}

// Indices that anything can refer to; records beyond are nobody's.
std::uint64_t index_limit(format::TableId id) {
    switch (id) {
        case format::kModules:
            return format::kMaxModules;
        case format::kStackNodes:
            return std::uint64_t{format::kMaxStacks} + 1;
        case format::kScopes:
            return std::uint64_t{format::kMaxScopes} + 1;
        default:
            return kIndexLimit;
    }
}

}  // namespace

const char* table_name(format::TableId id) {
    switch (id) {
        case format::kStrings:
            return "string";
        case format::kModules:
            return "module";
        case format::kStackNodes:
            return "stack";
        case format::kLeaves:
            return "leaf";
        case format::kScopes:
            return "scope";
        case format::kKinds:
            return "scope kind";
        case format::kKindCounters:
            return "scope kind counter";
        case format::kThreads:
            return "thread";
        case format::kSideBlocks:
            return "side block";
        case format::kNotes:
            return "note";
        case format::kReleases:
            return "release";
        case format::kScopeEdges:
            return "scope edge";
        default:
            return "unknown";
    }
}

std::uint32_t record_bytes_of(format::TableId id) {
    switch (id) {
        case format::kModules:
            return sizeof(format::Module);
        case format::kStackNodes:
            return sizeof(format::StackNode);
        case format::kLeaves:
            return sizeof(format::Leaf);
        case format::kScopes:
            return sizeof(format::Scope);
        case format::kKinds:
            return sizeof(format::Kind);
        case format::kKindCounters:
            return sizeof(format::KindCounters);
        case format::kThreads:
            return sizeof(format::ThreadCounters);
        case format::kSideBlocks:
            return sizeof(format::SideBlock);
        case format::kNotes:
            return sizeof(format::Note);
        case format::kReleases:
            return sizeof(format::Release);
        case format::kScopeEdges:
            return sizeof(format::ScopeEdge);
        default:
            return 1;  // strings
    }
}

TableLayout::TableLayout(const ByteSource& source, const format::Header& header, format::TableId id)
    : id_(id), record_bytes_(record_bytes_of(id)) {
    const format::Table& table = header.tables[id];
    if (table.record_bytes == 0 && table.first_records == 0) return;  // the writer has no such table
    if (table.record_bytes != record_bytes_) {
        fail(source, place_of(id), absl::StrCat("has records of ", table.record_bytes, " bytes, not ", record_bytes_));
    }
    if (!absl::has_single_bit(table.first_records)) {
        fail(source, place_of(id), absl::StrCat("has a first segment of ", table.first_records, " records"));
    }
    for (unsigned segment = 0; segment < format::kMaxSegments; ++segment) {
        if (table.segment_offset[segment] != 0) add_segment(source, table, segment);
    }
    const std::uint64_t end = extents_.empty() ? 0 : extents_.back().first_index + extents_.back().records;
    records_ = std::min({table.count, end, index_limit(id)});
}

void TableLayout::add_segment(const ByteSource& source, const format::Table& table, unsigned segment) {
    const std::uint64_t offset = table.segment_offset[segment];
    const std::uint64_t records = std::uint64_t{table.first_records} << segment;
    const std::uint64_t first = records - table.first_records;
    const std::uint64_t place = place_of_segment(id_, segment);
    // A segment that merely reaches past the last index is fine, one that begins there can hold nothing.
    if (first >= kIndexLimit) fail(source, place, absl::StrCat("has a segment ", segment, " that no index reaches"));
    const std::uint64_t bytes = records * record_bytes_;  // below 2^40 records of 128 bytes: no overflow
    if (offset % 8 != 0 || offset < format::kHeaderBytes) {
        fail(source, place, absl::StrCat("has its segment ", segment, " at the impossible offset ", offset));
    }
    const std::uint64_t size = source.size();
    if (offset > size || bytes > size - offset) {
        fail(source, place,
             absl::StrCat("has its segment ", segment, " at ", offset, " to ", offset + bytes,
                          ", but the file ends at ", size, ": it was cut off or garbled"));
    }
    extents_.push_back({first, records, offset});
}

std::uint64_t TableLayout::offset_of(std::uint64_t index) const {
    for (const Extent& extent : extents_) {
        if (index - extent.first_index < extent.records) {
            return extent.offset + (index - extent.first_index) * record_bytes_;
        }
    }
    return 0;
}

void TableLayout::fail(const ByteSource& source, std::uint64_t offset, const std::string& what) const {
    throw TraceError(source.name(), offset, absl::StrCat("the ", table_name(id_), " table ", what));
}

}  // namespace dregs
