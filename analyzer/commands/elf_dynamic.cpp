// See elf_dynamic.h.
#include "analyzer/commands/elf_dynamic.h"

#include "analyzer/commands/elf_file.h"

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

void note_entries(Elf* elf, Elf_Scn* section, const GElf_Shdr& header, ElfDynamic& out) {
    Elf_Data* data = ::elf_getdata(section, nullptr);
    if (!data || header.sh_entsize == 0) return;
    const std::size_t count = data->d_size / header.sh_entsize;
    for (std::size_t i = 0; i < count; ++i) {
        GElf_Dyn entry;
        if (!::gelf_getdyn(data, static_cast<int>(i), &entry) || entry.d_tag == DT_NULL) return;
        note_entry(elf, header.sh_link, entry, out);
    }
}

}  // namespace

std::optional<ElfDynamic> read_elf_dynamic(const std::string& path) {
    const ElfFile file(path);
    GElf_Ehdr header;
    if (!file.header(header) || header.e_machine != EM_X86_64 || header.e_ident[EI_CLASS] != ELFCLASS64) {
        return std::nullopt;
    }
    ElfDynamic found;
    for (Elf_Scn* section = ::elf_nextscn(file.get(), nullptr); section; section = ::elf_nextscn(file.get(), section)) {
        GElf_Shdr about;
        if (::gelf_getshdr(section, &about) && about.sh_type == SHT_DYNAMIC)
            note_entries(file.get(), section, about, found);
    }
    return found;
}

}  // namespace dregs
