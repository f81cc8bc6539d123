// The entries of an ELF file's sections of one type: its dynamic symbols, what it asks the loader for.
#pragma once

#include "analyzer/commands/elf_file.h"

namespace dregs {

// Calls visit(data, index, strings) for each entry until it returns false; `strings` is the section of their names.
template <class Visit>
void each_entry(Elf_Scn* section, const GElf_Shdr& header, Visit visit) {
    Elf_Data* data = ::elf_getdata(section, nullptr);
    if (!data || header.sh_entsize == 0) return;
    const std::size_t count = data->d_size / header.sh_entsize;
    for (std::size_t i = 0; i < count; ++i) {
        if (!visit(data, static_cast<int>(i), std::size_t{header.sh_link})) return;
    }
}

// The same for all sections of a type (SHT_...).
template <class Visit>
void each_entry(Elf* elf, std::uint32_t type, Visit visit) {
    for (Elf_Scn* section = ::elf_nextscn(elf, nullptr); section; section = ::elf_nextscn(elf, section)) {
        GElf_Shdr header;
        if (::gelf_getshdr(section, &header) && header.sh_type == type) each_entry(section, header, visit);
    }
}

// Calls visit(name, symbol) for each dynamic symbol that has a name.
template <class Visit>
void each_dynamic_symbol(Elf* elf, Visit visit) {
    each_entry(elf, SHT_DYNSYM, [&](Elf_Data* data, int index, std::size_t strings) {
        GElf_Sym symbol;
        if (!::gelf_getsym(data, index, &symbol)) return false;
        if (const char* name = ::elf_strptr(elf, strings, symbol.st_name)) visit(name, symbol);
        return true;
    });
}

}  // namespace dregs
