// See elf_program.h. Reading is libelf's; it checks offsets against the file.
#include "analyzer/commands/elf_program.h"

#include <string_view>

#include "analyzer/commands/elf_entries.h"

namespace dregs {
namespace {

struct SanitizerMark {
    std::string_view symbol;
    const char* name;
};

constexpr SanitizerMark kSanitizers[] = {{"__asan_init", "AddressSanitizer"},
                                         {"__tsan_init", "ThreadSanitizer"},
                                         {"__msan_init", "MemorySanitizer"},
                                         {"__hwasan_init", "HWAddressSanitizer"}};

bool has_interpreter(Elf* elf) {
    std::size_t count = 0;
    if (::elf_getphdrnum(elf, &count) != 0) return false;
    for (std::size_t i = 0; i < count; ++i) {
        GElf_Phdr segment;
        if (::gelf_getphdr(elf, static_cast<int>(i), &segment) && segment.p_type == PT_INTERP) return true;
    }
    return false;
}

void note_symbol(std::string_view name, const GElf_Sym& symbol, ElfProgram& program) {
    const bool defined = symbol.st_shndx != SHN_UNDEF;
    if (defined && name == "malloc" && GELF_ST_TYPE(symbol.st_info) == STT_FUNC) program.defines_malloc = true;
    for (const SanitizerMark& mark : kSanitizers) {
        if (name == mark.symbol) program.sanitizer = mark.name;
    }
}

}  // namespace

std::optional<ElfProgram> read_elf_program(const std::string& path) {
    const ElfFile file(path);
    GElf_Ehdr header;
    if (!file.header(header)) return std::nullopt;
    ElfProgram program;
    program.is_x86_64 = header.e_machine == EM_X86_64 && header.e_ident[EI_CLASS] == ELFCLASS64;
    program.is_dynamic = has_interpreter(file.get());
    each_dynamic_symbol(file.get(),
                        [&](const char* name, const GElf_Sym& symbol) { note_symbol(name, symbol, program); });
    return program;
}

}  // namespace dregs
