// See elf_exports.h.
#include "analyzer/commands/elf_exports.h"

#include "analyzer/commands/elf_file.h"

namespace dregs {
namespace {

void note_symbol(const char* name, const GElf_Sym& symbol, ElfExports& out) {
    if (!name || !*name || GELF_ST_BIND(symbol.st_info) == STB_LOCAL) return;
    out.named.insert(name);
    if (symbol.st_shndx == SHN_UNDEF) return;
    ElfExports::Definition& definition = out.defined[name];
    const int type = GELF_ST_TYPE(symbol.st_info);
    definition.is_function = definition.is_function || type == STT_FUNC || type == STT_GNU_IFUNC;
    definition.addresses.insert(symbol.st_value);
}

void note_symbols(Elf* elf, Elf_Scn* section, const GElf_Shdr& header, ElfExports& out) {
    Elf_Data* data = ::elf_getdata(section, nullptr);
    if (!data || header.sh_entsize == 0) return;
    const std::size_t count = data->d_size / header.sh_entsize;
    for (std::size_t i = 0; i < count; ++i) {
        GElf_Sym symbol;
        if (!::gelf_getsym(data, static_cast<int>(i), &symbol)) return;
        note_symbol(::elf_strptr(elf, header.sh_link, symbol.st_name), symbol, out);
    }
}

}  // namespace

ElfExports read_elf_exports(const std::string& path) {
    const ElfFile file(path);
    GElf_Ehdr header;
    ElfExports found;
    if (!file.header(header)) return found;
    for (Elf_Scn* section = ::elf_nextscn(file.get(), nullptr); section; section = ::elf_nextscn(file.get(), section)) {
        GElf_Shdr about;
        if (::gelf_getshdr(section, &about) && about.sh_type == SHT_DYNSYM)
            note_symbols(file.get(), section, about, found);
    }
    return found;
}

}  // namespace dregs
