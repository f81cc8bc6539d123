// The line program of a unit, run: which line each instruction is of.
//
// libdw would run it in one go and keep a hundred bytes for a byte of it; here the budget is asked on the way. Owns the
// rows, sorted. Source: DWARF 5, 6.2. Used by LineTable.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analyzer/symbols/line_header.h"

namespace dregs {

class LineProgram {
  public:
    struct Row {
        std::uint64_t address;
        std::uint32_t file;
        std::uint32_t line;
        std::uint32_t column : 31;
        std::uint32_t ends : 1;  // the code ends here
    };

    // What stands at `offset`. Empty where that is none; where it is damaged, the rows before.
    LineProgram(const LineSections& sections, std::uint64_t offset, ModuleBudget& budget);

    // The last row at or before `address`; null: the code there is of none.
    const Row* find(std::uint64_t address) const;
    std::string file(std::uint64_t number) const { return header_.file(number); }
    std::size_t rows() const { return rows_.size(); }

  private:
    struct State {
        std::uint64_t address = 0;
        std::uint32_t operation = 0;  // within the instruction
        std::uint64_t file = 1;
        std::uint64_t line = 1;
        std::uint64_t column = 0;
    };
    void run(ModuleBudget& budget);
    void run_special(unsigned opcode);
    void run_standard(unsigned opcode, DwarfBytes& program);
    void run_extended(DwarfBytes& program);
    void advance(std::uint64_t operations);
    void add_row(bool ends);
    void sort(ModuleBudget& budget);

    LineHeader header_;
    State state_;
    std::vector<Row> rows_;
};

}  // namespace dregs
