// See inner_allocator.h.
#include "analyzer/symbols/inner_allocator.h"

#include <algorithm>
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

void visit_functions(Elf* elf, Elf_Scn* section, const GElf_Shdr& header, const VisitFunction& visit) {
    Elf_Data* data = ::elf_getdata(section, nullptr);
    if (!data || header.sh_entsize == 0) return;
    const auto count = static_cast<int>(header.sh_size / header.sh_entsize);
    GElf_Sym symbol;
    for (int i = 0; i < count && ::gelf_getsym(data, i, &symbol); ++i) {
        if (GELF_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_shndx == SHN_UNDEF) continue;
        if (const char* name = ::elf_strptr(elf, header.sh_link, symbol.st_name)) visit(name);
    }
}

void each_function(Elf* elf, GElf_Word table, const VisitFunction& visit) {
    GElf_Shdr header;
    for (Elf_Scn* section = ::elf_nextscn(elf, nullptr); section; section = ::elf_nextscn(elf, section)) {
        if (::gelf_getshdr(section, &header) && header.sh_type == table) visit_functions(elf, section, header, visit);
    }
}

}  // namespace

std::string find_inner_allocator(const ElfImage& image) {
    std::set<std::string_view> inside;
    const auto is_allocator = [](std::string_view name) {
        return std::find(std::begin(kAllocators), std::end(kAllocators), name) != std::end(kAllocators);
    };
    each_function(image.handle(), SHT_SYMTAB, [&](std::string_view name) {
        if (is_allocator(name)) inside.insert(name);
    });
    if (inside.empty()) return "";
    each_function(image.handle(), SHT_DYNSYM, [&](std::string_view name) { inside.erase(name); });
    if (inside.empty()) return "";
    return inside.count("malloc") != 0 ? "malloc" : std::string(*inside.begin());
}

}  // namespace dregs
