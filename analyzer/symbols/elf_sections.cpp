// See elf_sections.h. begin_dwarf -> unpacked_size, check_abbreviations.
#include "analyzer/symbols/elf_sections.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>

#include "analyzer/symbols/value_at.h"

namespace dregs {
namespace {

// What libdw keeps of a unit's abbreviations for each byte of them.
constexpr std::uint64_t kAbbreviationCost = 24;
// More bytes than any abbreviation has. All of it is read again for each attribute that an entry is asked for.
constexpr std::size_t kMostOfAbbreviation = 4096;

// GNU's older way of packing: the name begins with .z, the contents with the size, the highest byte first.
std::uint64_t size_in_gnu_header(std::string_view bytes) {
    constexpr std::string_view kMagic = "ZLIB";
    if (!bytes.starts_with(kMagic)) return 0;
    return __builtin_bswap64(value_at<std::uint64_t>(bytes, kMagic.size()));
}

std::uint64_t unpacked_size(Elf* elf, Elf_Scn* section, std::size_t names) {
    GElf_Shdr header;
    GElf_Chdr packed;
    if (is_packed(section)) return gelf_getchdr(section, &packed) ? packed.ch_size : 0;
    if (!gelf_getshdr(section, &header) || header.sh_type == SHT_NOBITS) return 0;
    const char* name = elf_strptr(elf, names, header.sh_name);
    return name && std::strncmp(name, ".zdebug", 7) == 0 ? size_in_gnu_header(raw_bytes(section)) : 0;
}

// An abbreviation ends with two zeroes, wherever one begins to read.
bool has_endless_abbreviation(std::string_view bytes) {
    std::size_t begin = 0;
    for (std::size_t end = 0; begin + kMostOfAbbreviation < bytes.size(); begin = end + 1) {
        end = bytes.find(std::string_view("\0\0", 2), begin);
        if (end == std::string_view::npos || end - begin > kMostOfAbbreviation) return true;
    }
    return false;
}

void check_abbreviations(Elf* elf, ModuleBudget& budget) {
    Elf_Scn* section = find_section(elf, ".debug_abbrev");
    if (!section) section = find_section(elf, ".zdebug_abbrev");
    if (!section) return;
    const std::string_view bytes = data_bytes(section);
    budget.reserve(bytes.size() * kAbbreviationCost);
    if (has_endless_abbreviation(bytes)) budget.give_up();
}

}  // namespace

Elf_Scn* find_section(Elf* elf, std::string_view name) {
    std::size_t names = 0;
    if (elf_getshdrstrndx(elf, &names) != 0) return nullptr;
    Elf_Scn* section = nullptr;
    while ((section = elf_nextscn(elf, section)) != nullptr) {
        GElf_Shdr header;
        if (!gelf_getshdr(section, &header) || header.sh_type == SHT_NOBITS) continue;
        const char* text = elf_strptr(elf, names, header.sh_name);
        if (text && name == text) return section;
    }
    return nullptr;
}

std::string_view raw_bytes(Elf_Scn* section) {
    const Elf_Data* data = elf_rawdata(section, nullptr);
    if (!data || !data->d_buf) return {};
    return {static_cast<const char*>(data->d_buf), data->d_size};
}

std::string_view data_bytes(Elf_Scn* section) {
    const Elf_Data* data = elf_getdata(section, nullptr);
    if (!data || !data->d_buf) return {};
    return {static_cast<const char*>(data->d_buf), data->d_size};
}

bool is_packed(Elf_Scn* section) {
    GElf_Shdr header;
    return gelf_getshdr(section, &header) && (header.sh_flags & SHF_COMPRESSED);
}

bool has_names(Elf_Scn* section) { return !is_packed(section) && raw_bytes(section).ends_with('\0'); }

std::uint64_t unpacked_size(Elf* elf) {
    std::size_t names = 0;
    if (elf_getshdrstrndx(elf, &names) != 0) return 0;
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max() / 2;
    std::uint64_t size = 0;
    for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf, section)) != nullptr;)
        size = std::min(kMost, size + std::min(kMost, unpacked_size(elf, section, names)));
    return size;
}

Dwarf* begin_dwarf(Elf* elf, ModuleBudget& budget) {
    budget.reserve(unpacked_size(elf));
    std::unique_ptr<Dwarf, decltype(&dwarf_end)> dwarf(dwarf_begin_elf(elf, DWARF_C_READ, nullptr), dwarf_end);
    budget.look();
    if (dwarf) check_abbreviations(elf, budget);
    return dwarf.release();
}

}  // namespace dregs
