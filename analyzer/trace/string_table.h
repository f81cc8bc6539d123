// The text in a trace, in memory.
//
// Owns a copy of the table. Answers every reference, however hostile: with the text, or with TraceError. Texts do not
// overlap: together they are no longer than the table, however many are asked for. Not thread-safe.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "analyzer/trace/record_array.h"

namespace dregs {

class StringTable {
  public:
    StringTable(const ByteSource& source, const format::Header& header);

    // Empty for 0. Throws TraceError when it does not lie in the table, or within a text that was asked for before.
    std::string_view at(format::StringRef ref) const;

  private:
    void require_apart(format::StringRef ref, std::uint64_t end) const;
    [[noreturn]] void fail(format::StringRef ref, const std::string& what) const;

    std::string name_;
    TableLayout layout_;
    RecordArray<std::uint8_t> bytes_;
    mutable std::map<format::StringRef, std::uint64_t> told_;  // to where they end
};

}  // namespace dregs
