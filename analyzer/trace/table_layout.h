// Where the records of one table stand in the file: checked once, trusted after.
//
// Owns the rule of the format that segment k holds `first_records << k` records. Every extent it gives lies within the
// file as it was when this was made. Reads nothing but the Table it is given.
#pragma once

#include <cstdint>
#include <vector>

#include "analyzer/trace/byte_source.h"
#include "dregs/trace_format.h"

namespace dregs {

const char* table_name(format::TableId id);
std::uint32_t record_bytes_of(format::TableId id);

class TableLayout {
  public:
    // Records [first_index, first_index + records) stand at `offset`.
    struct Extent {
        std::uint64_t first_index;
        std::uint64_t records;
        std::uint64_t offset;
    };

    // Throws TraceError for what cannot be: another record size, a segment that reaches beyond the file.
    TableLayout(const ByteSource& source, const format::Header& header, format::TableId id);

    std::uint32_t record_bytes() const { return record_bytes_; }
    // All segments there are, whatever `count` says.
    const std::vector<Extent>& extents() const { return extents_; }
    // Indices that were handed out and have a place.
    std::uint64_t records() const { return records_; }
    // File offset of a record, 0 when its segment is missing.
    std::uint64_t offset_of(std::uint64_t index) const;

  private:
    void add_segment(const ByteSource& source, const format::Table& table, unsigned segment);
    [[noreturn]] void fail(const ByteSource& source, std::uint64_t offset, const std::string& what) const;

    format::TableId id_;
    std::uint32_t record_bytes_;
    std::vector<Extent> extents_;
    std::uint64_t records_ = 0;
};

}  // namespace dregs
