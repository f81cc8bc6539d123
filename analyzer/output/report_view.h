// How much of a report to show; the same for every command.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include "analyzer/output/text_table.h"
#include "analyzer/symbols/frame.h"

namespace dregs {

struct ReportView {
    std::size_t rows = 0;    // 0: all
    std::size_t frames = 0;  // of each stack; 0: all
    Palette palette;
    bool decimal = false;  // UMDH's numbers

    std::size_t shown(std::size_t count) const { return rows == 0 || count < rows ? count : rows; }
};

// The callers of the first frame, below the row added last.
void add_stack_lines(TextTable& table, const std::vector<Frame>& frames);

// Examples of the instances that the blocks of the row added last have outlived; none, no line.
void add_labels_line(TextTable& table, const std::vector<std::string>& labels);

struct RowStack {
    std::string group;  // what the row is, should it not be a site or stack
    std::vector<Frame> frames;
};
struct RowText {
    std::string title;  // escaped, and different for different rows
    std::vector<Frame> frames;
};
std::vector<RowText> row_texts(std::vector<RowStack> rows);

// The last columns of what compares traces.
void add_change_columns(std::vector<TextTable::Column>& columns);

// Says how many rows were left out, if any.
void print_more(std::ostream& out, std::size_t shown, std::size_t count);

}  // namespace dregs
