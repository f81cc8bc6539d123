// Which bytes of a trace belong to its tables: no byte has two owners.
//
// Tables that overlap are damage that no single table shows. Read, they say what nobody wrote; copied, one table's
// words would overwrite another's, and the copy would hold blocks that the trace does not.
#pragma once

#include <cstdint>
#include <vector>

#include "analyzer/trace/table_layout.h"

namespace dregs {

class TableRegions {
  public:
    // Throws TraceError for tables that overlap, and for one that cannot be.
    TableRegions(const ByteSource& source, const format::Header& header);

    // The name of a table that has some of the bytes from `begin` to `end`; nullptr: there is none.
    const char* table_within(std::uint64_t begin, std::uint64_t end) const;

  private:
    struct Region {
        std::uint64_t begin;
        std::uint64_t end;
        format::TableId table;
    };
    std::vector<Region> regions_;  // sorted, apart
};

}  // namespace dregs
