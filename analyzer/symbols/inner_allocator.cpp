// See inner_allocator.h.
#include "analyzer/symbols/inner_allocator.h"

#include <algorithm>
#include <climits>
#include <functional>
#include <iterator>
#include <set>
#include <string_view>

#include "analyzer/symbols/elf_image.h"

namespace dregs {
namespace {

constexpr std::string_view kAllocators[] = {"malloc",    "je_malloc",       "_rjem_malloc", "rje_malloc",
                                            "mi_malloc", "tc_malloc",       "mallocx",      "je_mallocx",
                                            "rpmalloc",  "scalable_malloc", "_rjem_mallocx"};

using VisitFunction = std::function<void(std::string_view name)>;

// Longer than any of them: of other names the beginning is enough to tell.
constexpr std::size_t kMaxName = 32;

// libelf would look for the end of all names for each one.
std::string_view name_at(std::string_view names, std::size_t at) {
    const std::string_view rest = names.substr(std::min(at, names.size()), kMaxName);
    return rest.substr(0, std::min(rest.find('\0'), rest.size()));
}

// `most`: more than there can be. Packed names are nobody's: libelf would unpack whatever they say that they are.
void visit_functions(Elf* elf, Elf_Scn* section, const GElf_Shdr& header, std::size_t most,
                     const VisitFunction& visit) {
    Elf_Scn* const names = ::elf_getscn(elf, header.sh_link);
    if (!names || is_packed(names) || header.sh_entsize == 0 || header.sh_size / header.sh_entsize > most) return;
    const std::string_view texts = raw_bytes(names);
    Elf_Data* data = ::elf_getdata(section, nullptr);
    const auto count = static_cast<int>(header.sh_size / header.sh_entsize);
    GElf_Sym symbol;
    for (int i = 0; data && i < count && ::gelf_getsym(data, i, &symbol); ++i) {
        if (GELF_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_shndx == SHN_UNDEF) continue;
        visit(name_at(texts, symbol.st_name));
    }
}

// Of the one table of that kind that there is.
void each_function(const ElfImage& image, GElf_Word table, const VisitFunction& visit) {
    Elf* const elf = image.handle();
    const std::size_t most = std::min<std::size_t>(image.stored_bytes() / sizeof(Elf64_Sym), INT_MAX);
    GElf_Shdr header;
    for (Elf_Scn* section = ::elf_nextscn(elf, nullptr); section; section = ::elf_nextscn(elf, section)) {
        if (::gelf_getshdr(section, &header) && header.sh_type == table)
            return visit_functions(elf, section, header, most, visit);
    }
}

}  // namespace

std::string find_inner_allocator(const ElfImage& image) {
    std::set<std::string_view> inside;
    const auto is_allocator = [](std::string_view name) {
        return std::find(std::begin(kAllocators), std::end(kAllocators), name) != std::end(kAllocators);
    };
    each_function(image, SHT_SYMTAB, [&](std::string_view name) {
        if (is_allocator(name)) inside.insert(name);
    });
    if (inside.empty()) return "";
    each_function(image, SHT_DYNSYM, [&](std::string_view name) { inside.erase(name); });
    if (inside.empty()) return "";
    return inside.count("malloc") != 0 ? "malloc" : std::string(*inside.begin());
}

}  // namespace dregs
