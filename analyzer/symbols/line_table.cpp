// See line_table.h.
#include "analyzer/symbols/line_table.h"

#include <dwarf.h>

#include <cstring>
#include <filesystem>

#include "analyzer/symbols/elf_sections.h"

namespace dregs {
namespace {

// Longest path a frame carries; a garbled table can join parts without end.
constexpr std::size_t kMaxPath = 4096;

std::string_view section_of(Dwarf_Die& unit, const char* name) {
    Elf* elf = dwarf_getelf(dwarf_cu_getdwarf(unit.cu));
    Elf_Scn* section = find_section(elf, std::string(".") + name);
    if (!section) section = find_section(elf, std::string(".z") + name);  // as GNU named what it had packed
    return section ? data_bytes(section) : std::string_view();
}

LineSections sections_of(Dwarf_Die& unit) {
    return {section_of(unit, "debug_line"), section_of(unit, "debug_line_str"), section_of(unit, "debug_str")};
}

// Where the unit's line program begins; the half of a split unit that says nothing has its own at the beginning.
std::uint64_t offset_of(Dwarf_Die& unit) {
    Dwarf_Attribute attribute;
    Dwarf_Word offset = 0;
    if (dwarf_attr(&unit, DW_AT_stmt_list, &attribute)) dwarf_formudata(&attribute, &offset);
    return offset;
}

}  // namespace

std::string tidy_path(const char* path, const std::string& folder) {
    std::string text(path, strnlen(path, kMaxPath));
    if (!text.starts_with("/") && folder.starts_with("/")) text = folder + "/" + text;
    const bool plain = text.find("/.") == std::string::npos && text.find("//") == std::string::npos;
    return plain ? text : std::filesystem::path(text).lexically_normal().string();
}

LineTable::LineTable(Dwarf_Die line_unit, Dwarf_Die file_unit, ModuleBudget& budget) {
    Dwarf_Attribute attribute;
    const char* folder = dwarf_formstring(dwarf_attr(&line_unit, DW_AT_comp_dir, &attribute));
    if (folder) folder_.assign(folder, strnlen(folder, kMaxPath));
    if (dwarf_hasattr(&line_unit, DW_AT_stmt_list))
        program_.emplace(sections_of(line_unit), offset_of(line_unit), budget);
    if (file_unit.addr != line_unit.addr) {
        files_.emplace();
        files_->read(sections_of(file_unit), offset_of(file_unit), budget);
    }
}

SourcePlace LineTable::at(std::uint64_t address) const {
    SourcePlace place;
    const LineProgram::Row* row = program_ ? program_->find(address) : nullptr;
    const std::string file = row ? program_->file(row->file) : "";
    if (file.empty()) return place;
    place.file = tidy_path(file.c_str(), folder_);
    place.line = static_cast<int>(row->line);
    place.column = static_cast<int>(row->column);
    return place;
}

std::string LineTable::file(Dwarf_Word number) const {
    std::string path = files_ ? files_->file(number) : program_ ? program_->file(number) : "";
    return path.empty() ? path : tidy_path(path.c_str(), folder_);
}

}  // namespace dregs
