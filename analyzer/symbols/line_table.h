// Source lines of one unit.
//
// Owns the question which row an address belongs to, and what the unit's file numbers mean. A row without a line
// (compiler-made code) gives a file and line 0. Used by DwarfUnit.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <optional>
#include <string>

#include "analyzer/symbols/line_program.h"

namespace dregs {

struct SourcePlace {
    std::string file;
    int line = 0;
    int column = 0;
};

// `path` as seen from `folder`, without `.` and `..` parts where they can be taken out by looking at the text alone.
std::string tidy_path(const char* path, const std::string& folder);

class LineTable {
  public:
    // `line_unit` holds the line program of the code; `file_unit` numbers the files that entries refer to (they differ
    // where DWARF is split).
    LineTable(Dwarf_Die line_unit, Dwarf_Die file_unit, ModuleBudget& budget);

    SourcePlace at(std::uint64_t address) const;
    std::string file(Dwarf_Word number) const;
    std::size_t rows() const { return program_ ? program_->rows() : 0; }

  private:
    std::string folder_;  // where the compiler ran
    std::optional<LineProgram> program_;
    std::optional<LineHeader> files_;  // of the other half, where it has its own
};

}  // namespace dregs
