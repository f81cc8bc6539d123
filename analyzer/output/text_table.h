// Aligned columns, with lines of text hanging below a row's last column.
//
// Owns widths and colour; knows nothing of what the cells mean. The last column is as wide as it likes; where the
// terminal is not, it flows on below, and begins there if little room is left beside the others.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace dregs {

enum class Align { kLeft, kRight };

// What the terminal can do: escape sequences, or none; lines of a width, or of any where the output is no terminal.
struct Palette {
    bool colour = false;
    std::size_t width = 0;  // 0: any
    std::string bold(const std::string& text) const { return wrap("1", text); }
    std::string dim(const std::string& text) const { return wrap("2", text); }
    std::string red(const std::string& text) const { return wrap("31", text); }
    std::string green(const std::string& text) const { return wrap("32", text); }
    std::string yellow(const std::string& text) const { return wrap("33", text); }

  private:
    std::string wrap(const char* code, const std::string& text) const;
};

class TextTable {
  public:
    struct Column {
        std::string title;
        Align align;
    };
    using Paint = std::string (Palette::*)(const std::string&) const;

    TextTable(std::vector<Column> columns, Palette palette) : columns_(std::move(columns)), palette_(palette) {}

    // As many cells as columns. They must be escaped already.
    void add_row(std::vector<std::string> cells);
    // Below the row added last.
    void add_line(std::string text);
    // Paints one cell of the row added last.
    void paint(std::size_t column, Paint how);
    void print(std::ostream& out) const;

  private:
    struct RowText {
        std::vector<std::string> cells;
        std::vector<Paint> paints;
        std::vector<std::string> lines;
    };
    std::vector<std::size_t> widths() const;
    std::string cell_text(const RowText& row, std::size_t column, std::size_t width) const;
    void print_row(std::ostream& out, const RowText& row, const std::vector<std::size_t>& widths) const;
    void print_narrow(std::ostream& out, const RowText& row, const std::vector<std::size_t>& widths,
                      std::size_t indent) const;

    std::vector<Column> columns_;
    std::vector<RowText> rows_;
    Palette palette_;
};

// A line of text that flows on where the terminal ends.
void print_flowing(std::ostream& out, const Palette& palette, std::string (Palette::*paint)(const std::string&) const,
                   const std::string& text);

// In pieces that fit, parted at blanks, all but the first narrower by `hanging`; a word that is longer stays whole.
// `width` 0: one piece.
std::vector<std::string> flow_text(const std::string& text, std::size_t width, std::size_t hanging);

}  // namespace dregs
