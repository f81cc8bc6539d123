// See text_table.h.
#include "analyzer/output/text_table.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

#include "analyzer/output/escape.h"

namespace dregs {
namespace {

constexpr std::size_t kGap = 2;

}  // namespace

std::string Palette::wrap(const char* code, const std::string& text) const {
    return colour && !text.empty() ? absl::StrCat("\x1b[", code, "m", text, "\x1b[0m") : text;
}

void TextTable::add_row(std::vector<std::string> cells) {
    std::vector<Paint> paints(cells.size(), nullptr);
    rows_.push_back({std::move(cells), std::move(paints), {}});
}

void TextTable::add_line(std::string text) { rows_.back().lines.push_back(std::move(text)); }

void TextTable::paint(std::size_t column, Paint how) { rows_.back().paints[column] = how; }

std::vector<std::size_t> TextTable::widths() const {
    std::vector<std::size_t> widths;
    widths.reserve(columns_.size());
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        std::size_t width = display_width(columns_[i].title);
        for (const RowText& row : rows_) width = std::max(width, display_width(row.cells[i]));
        widths.push_back(width);
    }
    return widths;
}

std::string TextTable::cell_text(const RowText& row, std::size_t column, std::size_t width) const {
    const std::string& text = row.cells[column];
    const bool last = column + 1 == columns_.size();
    const bool right = columns_[column].align == Align::kRight;
    const std::string padding(width - display_width(text), ' ');
    const std::string shown = row.paints[column] ? (palette_.*row.paints[column])(text) : text;
    return right ? padding + shown : shown + (last ? "" : padding);
}

void TextTable::print_row(std::ostream& out, const RowText& row, const std::vector<std::size_t>& widths) const {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
        if (i > 0) line.append(kGap, ' ');
        line += cell_text(row, i, widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
}

void TextTable::print(std::ostream& out) const {
    const std::vector<std::size_t> width = widths();
    std::size_t indent = 0;
    for (std::size_t i = 0; i + 1 < width.size(); ++i) indent += width[i] + kGap;
    RowText header;
    for (const Column& column : columns_) header.cells.push_back(column.title);
    header.paints.assign(columns_.size(), &Palette::dim);
    print_row(out, header, width);
    for (const RowText& row : rows_) {
        print_row(out, row, width);
        for (const std::string& line : row.lines) {
            out << std::string(indent, ' ') << "  " << palette_.dim(line) << '\n';
        }
    }
}

}  // namespace dregs
