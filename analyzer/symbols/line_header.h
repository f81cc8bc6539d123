// The header of a line program: how its opcodes are to be read, and the files that its numbers mean.
//
// Owns the reading of both forms of the tables: DWARF 2 to 4, and 5. Believes nothing. Paths are put together when they
// are asked for, and not before: a table of a million files in a folder whose name is a million bytes long is two
// megabytes. Source: DWARF 5, 6.2.4. Used by LineProgram.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/symbols/dwarf_bytes.h"
#include "analyzer/symbols/symbol_budget.h"

namespace dregs {

// Where texts of a version 5 header stand; empty: there is no such section.
struct LineSections {
    std::string_view line;
    std::string_view line_strings;
    std::string_view strings;
};

class LineHeader {
  public:
    // What stands at `offset`. False: nothing that can be read.
    bool read(const LineSections& sections, std::uint64_t offset, ModuleBudget& budget);

    // The opcodes, which follow the header.
    std::string_view program() const { return program_; }
    unsigned version() const { return version_; }
    unsigned address_bytes() const { return address_bytes_; }  // 0: as the opcode's length says
    std::uint8_t least_instruction = 1;
    std::uint8_t operations = 1;  // of an instruction
    std::int8_t line_base = 0;
    std::uint8_t line_range = 1;
    std::uint8_t opcode_base = 1;
    std::array<std::uint8_t, 256> operands{};  // of each standard opcode

    // Relative to the folder of the compilation, unless it begins with a slash. Empty: there is no such file.
    std::string file(std::uint64_t number) const;
    // Of the opcode that adds one.
    void add_file(DwarfBytes& bytes);

  private:
    struct File {
        std::string_view name;
        std::uint64_t folder;
    };
    struct Column {
        std::uint64_t content;
        std::uint64_t form;
    };

    bool read_fixed_part(DwarfBytes& header);
    void read_old_tables(DwarfBytes& header, ModuleBudget& budget);
    void read_tables(DwarfBytes& header, const LineSections& sections, ModuleBudget& budget);
    std::vector<Column> read_columns(DwarfBytes& header) const;
    std::string_view text_of(DwarfBytes& header, std::uint64_t form, const LineSections& sections) const;
    std::uint64_t number_of(DwarfBytes& header, std::uint64_t form) const;

    bool is_long_ = false;
    unsigned version_ = 0;
    unsigned address_bytes_ = 0;
    std::string_view program_;
    std::vector<std::string_view> folders_;
    std::vector<File> files_;
};

}  // namespace dregs
