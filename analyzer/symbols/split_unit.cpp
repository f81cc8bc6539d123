// See split_unit.h. open -> begin -> add_section; then find_unit.
#include "analyzer/symbols/split_unit.h"

#include <dwarf.h>
#include <fcntl.h>
#include <unistd.h>

#include <climits>
#include <cstring>
#include <utility>

#include "analyzer/symbols/value_at.h"

namespace dregs {
namespace {

std::uint64_t number_of(Dwarf_Die unit, unsigned attribute, unsigned gnu_attribute) {
    Dwarf_Attribute found;
    Dwarf_Word value = 0;
    if (dwarf_attr(&unit, attribute, &found) || dwarf_attr(&unit, gnu_attribute, &found))
        dwarf_formudata(&found, &value);
    return value;
}

// Of a path, or empty: no path is longer.
std::string text_of(Dwarf_Die unit, unsigned attribute) {
    Dwarf_Attribute found;
    const char* text = dwarf_formstring(dwarf_attr(&unit, attribute, &found));
    return text && strnlen(text, PATH_MAX) < PATH_MAX ? text : "";
}

std::uint64_t id_of(Dwarf_Die unit) {
    std::uint64_t id = 0;
    dwarf_cu_info(unit.cu, nullptr, nullptr, nullptr, nullptr, &id, nullptr, nullptr);
    return id;
}

std::string_view from(std::string_view bytes, std::uint64_t begin) {
    return begin < bytes.size() ? bytes.substr(begin) : std::string_view();
}

// What ranges of the unit count from.
std::uint64_t base_of(Dwarf_Die unit) {
    Dwarf_Addr base = 0;
    Dwarf_Attribute entry;
    if (dwarf_lowpc(&unit, &base) == 0) return base;
    return dwarf_formaddr(dwarf_attr(&unit, DW_AT_entry_pc, &entry), &base) == 0 ? base : 0;
}

// Where the list of this number begins: behind the header of .debug_rnglists is a table of that.
std::uint64_t begin_of_list(std::string_view lists, std::uint64_t number) {
    const bool is_long = value_at<std::uint32_t>(lists, 0) == 0xffffffff;  // 64-bit DWARF
    const std::uint64_t table = is_long ? 20 : 12;
    const std::uint64_t at = table + number * (is_long ? 8 : 4);
    return table + (is_long ? value_at<std::uint64_t>(lists, at) : value_at<std::uint32_t>(lists, at));
}

}  // namespace

SplitSections SplitSections::of(std::shared_ptr<ElfImage> image, ModuleBudget& budget) {
    budget.allow_file(image->file_key(), image->stored_bytes());
    budget.reserve(unpacked_size(image->handle()));
    SplitSections sections;
    for (std::size_t i = 0; i < kCount; ++i) sections.bytes[i] = image->unpacked_bytes(std::string(kNames[i]) + ".dwo");
    sections.holder = std::move(image);
    return sections;
}

SplitUnit::Skeleton::Skeleton(Dwarf_Die of)
    : unit(of), id(id_of(of)), name(text_of(of, DW_AT_dwo_name)), folder(text_of(of, DW_AT_comp_dir)) {
    if (name.empty()) name = text_of(of, DW_AT_GNU_dwo_name);
}

std::unique_ptr<SplitUnit> SplitUnit::open(SplitSections sections, const Skeleton& skeleton, ElfImage& program,
                                           ModuleBudget& budget) {
    budget.look();
    std::unique_ptr<SplitUnit> unit(new SplitUnit(std::move(sections)));
    unit->addresses_ =
        from(program.unpacked_bytes(".debug_addr"), number_of(skeleton.unit, DW_AT_addr_base, DW_AT_GNU_addr_base));
    unit->ranges_ = from(program.unpacked_bytes(".debug_ranges"),
                         number_of(skeleton.unit, DW_AT_GNU_ranges_base, DW_AT_GNU_ranges_base));
    unit->range_base_ = base_of(skeleton.unit);
    return unit->begin(budget) && unit->find_unit(skeleton.id, budget) ? std::move(unit) : nullptr;
}

std::ptrdiff_t SplitUnit::begin_of_ranges(Dwarf_Die& die) const {
    Dwarf_Attribute list;
    Dwarf_Word value = 0;
    if (!dwarf_attr(&die, DW_AT_ranges, &list) || dwarf_formudata(&list, &value) != 0) return 0;
    const bool is_number = dwarf_whatform(&list) == DW_FORM_rnglistx;
    return static_cast<std::ptrdiff_t>(is_number ? begin_of_list(sections_.bytes[SplitSections::kRangeLists], value)
                                                 : value);
}

SplitUnit::~SplitUnit() {
    if (dwarf_) dwarf_end(dwarf_);
    if (elf_) elf_end(elf_);
}

// libelf makes a new file for a descriptor only; nothing is written to this one.
bool SplitUnit::begin(ModuleBudget& budget) {
    elf_version(EV_CURRENT);
    const int fd = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    elf_ = elf_begin(fd, ELF_C_WRITE, nullptr);
    const bool made = elf_ && add_sections() && elf_update(elf_, ELF_C_NULL) > 0;
    if (elf_) elf_cntl(elf_, ELF_C_FDDONE);
    if (fd >= 0) ::close(fd);
    return made && (dwarf_ = begin_dwarf(elf_, budget)) != nullptr;
}

bool SplitUnit::add_sections() {
    GElf_Ehdr header;
    if (!gelf_newehdr(elf_, ELFCLASS64) || !gelf_getehdr(elf_, &header)) return false;
    names_.assign(1, '\0');
    auto parts = std::to_array<std::pair<const char*, std::string_view>>(
        {{".debug_addr", addresses_}, {".debug_ranges", ranges_}});
    for (const auto& [name, bytes] : parts)
        if (!add_section(name, bytes)) return false;
    for (std::size_t i = 0; i < SplitSections::kCount; ++i)
        if (!add_section(SplitSections::kNames[i], sections_.bytes[i])) return false;
    Elf_Scn* names = add_contents(names_, 0, SHT_STRTAB);
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_type = ET_REL;
    header.e_machine = EM_X86_64;
    header.e_version = EV_CURRENT;
    header.e_shstrndx = static_cast<GElf_Half>(elf_ndxscn(names));
    return names && gelf_update_ehdr(elf_, &header);
}

bool SplitUnit::add_section(const char* name, std::string_view bytes) {
    if (bytes.empty()) return true;
    const std::size_t at = names_.size();
    names_.append(name).push_back('\0');
    return add_contents(bytes, at, SHT_PROGBITS) != nullptr;
}

Elf_Scn* SplitUnit::add_contents(std::string_view bytes, std::size_t name, std::uint32_t type) {
    Elf_Scn* section = elf_newscn(elf_);
    Elf_Data* data = section ? elf_newdata(section) : nullptr;
    GElf_Shdr header;
    if (!data || !gelf_getshdr(section, &header)) return nullptr;
    data->d_buf = const_cast<char*>(bytes.data());  // only read: nothing is written out
    data->d_size = bytes.size();
    data->d_type = ELF_T_BYTE;
    data->d_align = 1;
    data->d_version = EV_CURRENT;
    header.sh_name = static_cast<GElf_Word>(name);
    header.sh_type = type;
    header.sh_size = bytes.size();
    return gelf_update_shdr(section, &header) ? section : nullptr;
}

bool SplitUnit::find_unit(std::uint64_t id, ModuleBudget& budget) {
    Dwarf_CU* cu = nullptr;
    Dwarf_Die unit;
    std::uint8_t type = 0;
    while (dwarf_get_units(dwarf_, cu, &cu, nullptr, &type, &unit, nullptr) == 0) {
        budget.step(ModuleBudget::kHeavy);
        if (type == DW_UT_type || type == DW_UT_split_type || id_of(unit) != id) continue;
        die_ = unit;
        return true;
    }
    return false;
}

}  // namespace dregs
