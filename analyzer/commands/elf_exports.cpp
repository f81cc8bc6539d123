// See elf_exports.h.
#include "analyzer/commands/elf_exports.h"

#include "analyzer/commands/elf_entries.h"

namespace dregs {
namespace {

void note_symbol(const char* name, const GElf_Sym& symbol, ElfExports& out) {
    if (!*name || GELF_ST_BIND(symbol.st_info) == STB_LOCAL) return;
    out.named.insert(name);
    if (symbol.st_shndx == SHN_UNDEF) return;
    ElfExports::Definition& definition = out.defined[name];
    const int type = GELF_ST_TYPE(symbol.st_info);
    definition.is_function = definition.is_function || type == STT_FUNC || type == STT_GNU_IFUNC;
    definition.addresses.insert(symbol.st_value);
}

}  // namespace

ElfExports read_elf_exports(const std::string& path) {
    const ElfFile file(path);
    GElf_Ehdr header;
    ElfExports found;
    if (!file.header(header)) return found;
    each_dynamic_symbol(file.get(),
                        [&](const char* name, const GElf_Sym& symbol) { note_symbol(name, symbol, found); });
    return found;
}

}  // namespace dregs
