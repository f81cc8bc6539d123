// The text in a trace, in memory.
//
// Owns a copy of the table. Answers every reference, however hostile: with the text, or with TraceError.
#pragma once

#include <string>
#include <string_view>

#include "analyzer/trace/record_array.h"

namespace dregs {

class StringTable {
  public:
    StringTable(const ByteSource& source, const format::Header& header);

    // Empty for 0. Throws TraceError when it does not lie in the table.
    std::string_view at(format::StringRef ref) const;

  private:
    [[noreturn]] void fail(format::StringRef ref, const std::string& what) const;

    std::string name_;
    TableLayout layout_;
    RecordArray<std::uint8_t> bytes_;
};

}  // namespace dregs
