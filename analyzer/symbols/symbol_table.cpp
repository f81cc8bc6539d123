// See symbol_table.h. add -> to_entry refuses whatever is not a sized function within an executable section.
#include "analyzer/symbols/symbol_table.h"

#include <algorithm>
#include <cstring>
#include <tuple>

namespace dregs {
namespace {

// More than the largest programs have; a sparse file may claim any number.
constexpr std::size_t kMaxSymbols = std::size_t{1} << 25;
constexpr std::size_t kMaxName = std::size_t{64} << 10;
// Bytes that are kept of a symbol, and that putting them in order takes.
constexpr std::size_t kSymbolCost = 160;

// A mangled name begins with an underscore that says nothing about its being internal.
std::size_t leading_underscores(std::string_view name) {
    if (name.starts_with("_Z") || name.starts_with("_R")) return 0;
    return std::min(name.find_first_not_of('_'), name.size());
}

bool is_function(const GElf_Sym& symbol) {
    const int type = GELF_ST_TYPE(symbol.st_info);
    return type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE;
}

Elf_Scn* table_section(Elf* elf, GElf_Word type, GElf_Shdr& header) {
    Elf_Scn* section = nullptr;
    while ((section = elf_nextscn(elf, section)) != nullptr)
        if (gelf_getshdr(section, &header) && header.sh_type == type && header.sh_entsize != 0) return section;
    return nullptr;
}

}  // namespace

std::size_t SymbolTable::add(const std::shared_ptr<ElfImage>& image, bool dynamic, ModuleBudget& budget) {
    if (!image) return 0;
    GElf_Shdr header;
    Elf_Scn* section = table_section(image->handle(), dynamic ? SHT_DYNSYM : SHT_SYMTAB, header);
    Elf_Scn* strings = section ? elf_getscn(image->handle(), header.sh_link) : nullptr;
    if (!strings || is_packed(section) || !has_names(strings)) return 0;
    budget.reserve(header.sh_size / header.sh_entsize * kSymbolCost);
    Elf_Data* data = elf_getdata(section, nullptr);
    if (!data) return 0;
    const std::size_t before = entries_.size();
    const std::size_t count = data->d_size / gelf_fsize(image->handle(), ELF_T_SYM, 1, EV_CURRENT);
    for (std::size_t i = 0; i < std::min(count, kMaxSymbols); ++i) {
        GElf_Sym symbol;
        Entry entry;
        budget.step();
        if (!gelf_getsym(data, static_cast<int>(i), &symbol) || !to_entry(*image, header.sh_link, symbol, entry))
            continue;
        budget.note_text(entry.name.size());
        entries_.push_back(entry);
    }
    images_.push_back(image);
    return entries_.size() - before;
}

bool SymbolTable::to_entry(const ElfImage& image, std::size_t strings, const GElf_Sym& symbol, Entry& entry) const {
    if (!is_function(symbol) || symbol.st_size == 0) return false;
    std::uint64_t section_begin = 0;
    std::uint64_t section_end = 0;
    if (!image.code_section(symbol.st_shndx, section_begin, section_end)) return false;
    if (symbol.st_value < section_begin || symbol.st_value >= section_end) return false;
    const char* text = elf_strptr(image.handle(), strings, symbol.st_name);
    if (!text || !*text) return false;
    const std::string_view name(text, strnlen(text, kMaxName));
    entry.begin = symbol.st_value;
    entry.end = symbol.st_value + std::min(symbol.st_size, section_end - symbol.st_value);
    entry.name = name.substr(0, std::max<std::size_t>(1, name.find('@')));
    entry.exported = GELF_ST_BIND(symbol.st_info) != STB_LOCAL;
    return true;
}

bool SymbolTable::precedes(const Entry& a, const Entry& b) {
    const auto key = [](const Entry& entry) {
        return std::make_tuple(entry.begin, !entry.exported, leading_underscores(entry.name), entry.name.size(),
                               entry.name, entry.end);
    };
    return key(a) < key(b);
}

void SymbolTable::seal(ModuleBudget& budget) {
    std::sort(entries_.begin(), entries_.end(), [&](const Entry& a, const Entry& b) {
        budget.step();
        return precedes(a, b);
    });
    // The first of equal ranges wins: the best name.
    for (std::size_t i = 0; i < entries_.size(); ++i)
        ranges_.add(entries_[i].begin, entries_[i].end, static_cast<std::uint32_t>(i));
    ranges_.seal(budget);
}

bool SymbolTable::find(std::uint64_t address, Symbol& found) const {
    const auto* range = ranges_.find(address);
    if (!range) return false;
    found = {entries_[range->value].name, range->begin};
    return true;
}

std::vector<std::string_view> SymbolTable::aliases(std::uint64_t begin) const {
    std::vector<std::string_view> names;
    auto entry = std::lower_bound(entries_.begin(), entries_.end(), begin,
                                  [](const Entry& e, std::uint64_t address) { return e.begin < address; });
    for (; entry != entries_.end() && entry->begin == begin; ++entry) names.push_back(entry->name);
    return names;
}

}  // namespace dregs
