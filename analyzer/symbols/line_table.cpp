// See line_table.h. Searches libdw's sorted rows itself: dwarf_getsrc_die() starts from .debug_aranges, which clang
// does not write.
#include "analyzer/symbols/line_table.h"

#include <dwarf.h>

#include <cstring>
#include <filesystem>

namespace dregs {
namespace {

// Longest path a frame carries; a garbled table can join parts without end.
constexpr std::size_t kMaxPath = 4096;

Dwarf_Addr row_address(Dwarf_Lines* rows, std::size_t index) {
    Dwarf_Addr address = 0;
    return dwarf_lineaddr(dwarf_onesrcline(rows, index), &address) == 0 ? address : 0;
}

}  // namespace

std::string tidy_path(const char* path, const std::string& folder) {
    std::string text(path, strnlen(path, kMaxPath));
    if (!text.starts_with("/") && folder.starts_with("/")) text = folder + "/" + text;
    const bool plain = text.find("/.") == std::string::npos && text.find("//") == std::string::npos;
    return plain ? text : std::filesystem::path(text).lexically_normal().string();
}

LineTable::LineTable(Dwarf_Die line_unit, Dwarf_Die file_unit) {
    Dwarf_Attribute attribute;
    const char* folder = dwarf_formstring(dwarf_attr(&line_unit, DW_AT_comp_dir, &attribute));
    if (folder) folder_.assign(folder, strnlen(folder, kMaxPath));
    if (dwarf_getsrclines(&line_unit, &rows_, &row_count_) != 0) row_count_ = 0;
    if (dwarf_getsrcfiles(&file_unit, &files_, &file_count_) != 0) file_count_ = 0;
}

SourcePlace LineTable::at(std::uint64_t address) const {
    // The last row at or before the address; libdw keeps rows sorted, ends of sequences first.
    std::size_t begin = 0;
    std::size_t end = row_count_;
    while (begin < end) {
        const std::size_t middle = begin + (end - begin) / 2;
        if (row_address(rows_, middle) <= address)
            begin = middle + 1;
        else
            end = middle;
    }
    SourcePlace place;
    if (begin == 0) return place;
    Dwarf_Line* row = dwarf_onesrcline(rows_, begin - 1);
    bool ended = true;
    if (dwarf_lineendsequence(row, &ended) != 0 || ended) return place;
    const char* file = dwarf_linesrc(row, nullptr, nullptr);
    if (!file) return place;
    place.file = tidy_path(file, folder_);
    dwarf_lineno(row, &place.line);
    dwarf_linecol(row, &place.column);
    return place;
}

std::string LineTable::file(Dwarf_Word number) const {
    if (number >= file_count_) return {};
    const char* path = dwarf_filesrc(files_, number, nullptr, nullptr);
    return path ? tidy_path(path, folder_) : std::string();
}

}  // namespace dregs
