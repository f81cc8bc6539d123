// See text_table.h.
#include "analyzer/output/text_table.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "analyzer/output/escape.h"

namespace dregs {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kLittleRoom = 44;    // for the last column: a name and its place
constexpr std::size_t kNarrowIndent = 6;   // of it below the others
constexpr std::size_t kFurtherIndent = 2;  // of what flows on

}  // namespace

std::vector<std::string> flow_text(const std::string& text, std::size_t width, std::size_t hanging) {
    if (width == 0 || display_width(text) <= width) return {text};
    std::vector<std::string> pieces;
    std::string piece;
    std::size_t piece_width = 0;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t word = std::min(text.find_first_not_of(' ', begin), text.size());
        const std::size_t end = std::min(text.find(' ', word), text.size());
        const std::size_t word_width = display_width(std::string_view(text).substr(word, end - word));
        if (!piece.empty() && piece_width + (word - begin) + word_width > width) {
            if (pieces.empty()) width = width > hanging ? width - hanging : 1;
            pieces.push_back(std::exchange(piece, ""));
            piece_width = 0;
            begin = word;
        }
        piece.append(text, begin, end - begin);
        piece_width += word - begin + word_width;
        begin = end;
    }
    pieces.push_back(piece);
    return pieces;
}

void print_flowing(std::ostream& out, const Palette& palette, std::string (Palette::*paint)(const std::string&) const,
                   const std::string& text) {
    std::size_t at = 0;
    for (const std::string& piece : flow_text(text, palette.width, kNarrowIndent)) {
        out << std::string(at, ' ') << (palette.*paint)(piece) << '\n';
        at = kNarrowIndent;
    }
}

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
    const std::string padding(width - std::min(width, display_width(text)), ' ');
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

void TextTable::print_narrow(std::ostream& out, const RowText& row, const std::vector<std::size_t>& widths,
                             std::size_t indent) const {
    const std::size_t last = columns_.size() - 1;
    const bool below = palette_.width < indent + kLittleRoom;
    const std::size_t column = below ? std::min(kNarrowIndent, indent) : indent;
    const auto room = [&](std::size_t from) { return palette_.width > from ? palette_.width - from : 1; };
    const std::size_t lines_at = column + kFurtherIndent;
    const std::vector<std::string> pieces = flow_text(row.cells[last], room(column), 2 * kFurtherIndent);
    RowText first = row;
    first.cells[last] = below ? "" : pieces.front();
    print_row(out, first, widths);
    for (std::size_t i = below ? 0 : 1; i < pieces.size(); ++i) {
        out << std::string(i == 0 ? column : column + 2 * kFurtherIndent, ' ')
            << (row.paints[last] ? (palette_.*row.paints[last])(pieces[i]) : pieces[i]) << '\n';
    }
    for (const std::string& line : row.lines) {
        std::size_t at = lines_at;
        for (const std::string& piece : flow_text(line, room(lines_at), kFurtherIndent)) {
            out << std::string(at, ' ') << palette_.dim(piece) << '\n';
            at = lines_at + kFurtherIndent;
        }
    }
}

void TextTable::print(std::ostream& out) const {
    std::vector<std::size_t> width = widths();
    std::size_t indent = 0;
    for (std::size_t i = 0; i + 1 < width.size(); ++i) indent += width[i] + kGap;
    const bool flows = palette_.width != 0 && columns_.back().align == Align::kLeft;
    if (flows) width.back() = 0;
    RowText header;
    for (const Column& column : columns_) header.cells.push_back(column.title);
    header.paints.assign(columns_.size(), &Palette::dim);
    print_row(out, header, width);
    for (const RowText& row : rows_) {
        if (flows) {
            print_narrow(out, row, width, indent);
            continue;
        }
        print_row(out, row, width);
        for (const std::string& line : row.lines) {
            out << std::string(indent, ' ') << "  " << palette_.dim(line) << '\n';
        }
    }
}

}  // namespace dregs
