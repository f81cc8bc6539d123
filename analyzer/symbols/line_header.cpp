// See line_header.h. read -> read_fixed_part, read_old_tables or read_tables (-> read_columns, text_of, number_of).
#include "analyzer/symbols/line_header.h"

#include <dwarf.h>

#include <algorithm>
#include <climits>

namespace dregs {
namespace {

// No path is longer; what is left of a longer text is enough to see that it is none.
std::string_view path_of(std::string_view text) { return text.substr(0, PATH_MAX); }

std::string_view text_at(std::string_view section, std::uint64_t offset) {
    if (offset >= section.size()) return {};
    return DwarfBytes(section.substr(offset)).text();
}

}  // namespace

bool LineHeader::read(const LineSections& sections, std::uint64_t offset, ModuleBudget& budget) {
    if (offset >= sections.line.size()) return false;
    DwarfBytes unit(sections.line.substr(offset));
    const auto length = unit.fixed<std::uint32_t>();
    is_long_ = length == UINT32_MAX;
    const std::string_view whole = unit.take(is_long_ ? unit.fixed<std::uint64_t>() : length);
    DwarfBytes header(whole);
    if (!read_fixed_part(header)) return false;
    if (version_ < 5) {
        read_old_tables(header, budget);
    } else {
        read_tables(header, sections, budget);
    }
    return header.good();
}

bool LineHeader::read_fixed_part(DwarfBytes& header) {
    version_ = header.fixed<std::uint16_t>();
    if (version_ < 2 || version_ > 5) return false;
    if (version_ >= 5) {
        address_bytes_ = header.fixed<std::uint8_t>();
        if (header.fixed<std::uint8_t>() != 0) return false;  // segments
    }
    const std::uint64_t size = header.offset(is_long_);
    program_ = DwarfBytes(header).take(header.left());
    if (size > program_.size()) return false;
    program_.remove_prefix(size);
    least_instruction = header.fixed<std::uint8_t>();
    operations = version_ >= 4 ? header.fixed<std::uint8_t>() : std::uint8_t{1};
    header.fixed<std::uint8_t>();  // whether rows are statements at first
    line_base = header.fixed<std::int8_t>();
    line_range = header.fixed<std::uint8_t>();
    opcode_base = header.fixed<std::uint8_t>();
    for (unsigned opcode = 1; opcode < opcode_base; ++opcode) operands[opcode] = header.fixed<std::uint8_t>();
    return header.good() && operations != 0;
}

void LineHeader::read_old_tables(DwarfBytes& header, ModuleBudget& budget) {
    folders_.emplace_back();  // number 0: the folder of the compilation
    for (std::string_view text = header.text(); !text.empty(); text = header.text()) {
        budget.step();
        folders_.push_back(path_of(text));
    }
    files_.emplace_back();  // number 0: none
    while (header.good() && DwarfBytes(header).fixed<std::uint8_t>() != 0) {
        budget.step();
        add_file(header);
    }
    header.fixed<std::uint8_t>();
}

void LineHeader::add_file(DwarfBytes& bytes) {
    const std::string_view name = path_of(bytes.text());
    const std::uint64_t folder = bytes.leb();
    bytes.leb();  // time
    bytes.leb();  // size
    if (bytes.good()) files_.push_back({name, folder});
}

std::vector<LineHeader::Column> LineHeader::read_columns(DwarfBytes& header) const {
    std::vector<Column> columns(header.fixed<std::uint8_t>());
    for (Column& column : columns) {
        column.content = header.leb();
        column.form = header.leb();
    }
    return columns;
}

void LineHeader::read_tables(DwarfBytes& header, const LineSections& sections, ModuleBudget& budget) {
    for (const bool of_folders : {true, false}) {
        const std::vector<Column> columns = read_columns(header);
        const std::uint64_t count = header.leb();
        if (columns.empty()) continue;
        for (std::uint64_t i = 0; i < count && header.good(); ++i) {
            budget.step();
            File file{{}, 0};
            for (const Column& column : columns) {
                if (column.content == DW_LNCT_path) {
                    file.name = path_of(text_of(header, column.form, sections));
                } else {
                    const std::uint64_t number = number_of(header, column.form);
                    if (column.content == DW_LNCT_directory_index) file.folder = number;
                }
            }
            if (!header.good()) return;
            if (of_folders) folders_.push_back(file.name);
            if (!of_folders) files_.push_back(file);
        }
    }
}

std::string_view LineHeader::text_of(DwarfBytes& header, std::uint64_t form, const LineSections& sections) const {
    switch (form) {
        case DW_FORM_string:
            return header.text();
        case DW_FORM_line_strp:
            return text_at(sections.line_strings, header.offset(is_long_));
        case DW_FORM_strp:
            return text_at(sections.strings, header.offset(is_long_));
        default:
            number_of(header, form);
            return {};
    }
}

// Of a form that is no number, nothing; what cannot be passed ends the reading.
std::uint64_t LineHeader::number_of(DwarfBytes& header, std::uint64_t form) const {
    switch (form) {
        case DW_FORM_data1:
        case DW_FORM_strx1:
            return header.fixed<std::uint8_t>();
        case DW_FORM_data2:
        case DW_FORM_strx2:
            return header.fixed<std::uint16_t>();
        case DW_FORM_data4:
        case DW_FORM_strx4:
            return header.fixed<std::uint32_t>();
        case DW_FORM_data8:
            return header.fixed<std::uint64_t>();
        case DW_FORM_udata:
        case DW_FORM_strx:
            return header.leb();
        case DW_FORM_strx3:
            return header.take(3), 0;
        case DW_FORM_data16:
            return header.take(16), 0;
        case DW_FORM_line_strp:
        case DW_FORM_strp:
        case DW_FORM_sec_offset:
            return header.offset(is_long_), 0;
        case DW_FORM_string:
            return header.text(), 0;
        case DW_FORM_block:
            return header.take(header.leb()), 0;
        case DW_FORM_block1:
            return header.take(header.fixed<std::uint8_t>()), 0;
        case DW_FORM_block2:
            return header.take(header.fixed<std::uint16_t>()), 0;
        case DW_FORM_block4:
            return header.take(header.fixed<std::uint32_t>()), 0;
        default:
            return header.take(SIZE_MAX), 0;
    }
}

std::string LineHeader::file(std::uint64_t number) const {
    if (number >= files_.size() || files_[number].name.empty()) return {};
    const File& file = files_[number];
    if (file.folder >= folders_.size()) return {};
    const std::string_view folder = folders_[file.folder];
    if (folder.empty() || file.name.starts_with('/')) return std::string(file.name);
    return std::string(folder).append("/").append(file.name);
}

}  // namespace dregs
