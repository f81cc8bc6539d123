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

// The path in a PT_INTERP segment; "?" where it cannot be read.
std::string text_of(Elf* elf, const GElf_Phdr& segment) {
    const auto offset = static_cast<std::int64_t>(segment.p_offset);
    const Elf_Data* data = ::elf_getdata_rawchunk(elf, offset, segment.p_filesz, ELF_T_BYTE);
    if (!data || !data->d_buf || data->d_size == 0) return "?";
    const std::string_view bytes(static_cast<const char*>(data->d_buf), data->d_size);
    return std::string(bytes.substr(0, bytes.find('\0')));
}

std::string interpreter_of(Elf* elf) {
    std::size_t count = 0;
    if (::elf_getphdrnum(elf, &count) != 0) return "";
    for (std::size_t i = 0; i < count; ++i) {
        GElf_Phdr segment;
        if (::gelf_getphdr(elf, static_cast<int>(i), &segment) && segment.p_type == PT_INTERP)
            return text_of(elf, segment);
    }
    return "";
}

void note_symbol(std::string_view name, const GElf_Sym& symbol, ElfProgram& program) {
    const bool defined = symbol.st_shndx != SHN_UNDEF;
    if (defined && name == "_r_debug") program.is_loader = true;
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
    program.interpreter = interpreter_of(file.get());
    each_dynamic_symbol(file.get(),
                        [&](const char* name, const GElf_Sym& symbol) { note_symbol(name, symbol, program); });
    return program;
}

}  // namespace dregs
