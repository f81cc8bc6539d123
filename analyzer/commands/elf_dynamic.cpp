// See elf_dynamic.h.
#include "analyzer/commands/elf_dynamic.h"

#include "analyzer/commands/elf_entries.h"

namespace dregs {
namespace {

void note_entry(Elf* elf, std::size_t strings, const GElf_Dyn& entry, ElfDynamic& out) {
    if (entry.d_tag != DT_NEEDED && entry.d_tag != DT_RPATH && entry.d_tag != DT_RUNPATH) return;
    const char* text = ::elf_strptr(elf, strings, entry.d_un.d_val);
    if (!text) return;
    if (entry.d_tag == DT_NEEDED)
        out.needed.emplace_back(text);
    else
        (entry.d_tag == DT_RPATH ? out.rpath : out.runpath) = text;
}

}  // namespace

std::optional<ElfDynamic> read_elf_dynamic(const std::string& path) {
    const ElfFile file(path);
    GElf_Ehdr header;
    if (!file.header(header) || header.e_machine != EM_X86_64 || header.e_ident[EI_CLASS] != ELFCLASS64) {
        return std::nullopt;
    }
    ElfDynamic found;
    each_entry(file.get(), SHT_DYNAMIC, [&](Elf_Data* data, int index, std::size_t strings) {
        GElf_Dyn entry;
        if (!::gelf_getdyn(data, index, &entry) || entry.d_tag == DT_NULL) return false;
        note_entry(file.get(), strings, entry, found);
        return true;
    });
    return found;
}

}  // namespace dregs
