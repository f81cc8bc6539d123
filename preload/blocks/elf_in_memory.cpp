#include "preload/blocks/elf_in_memory.h"

#include <elf.h>

#include "preload/system/sys.h"

namespace dregs {
namespace {

constexpr std::uintptr_t kFirstPage = 4096;

// Nothing where the program has hidden its header.
const Elf64_Ehdr* header_at(std::uintptr_t begin) {
    if (!sys::can_read(begin)) return nullptr;
    const auto* header = reinterpret_cast<const Elf64_Ehdr*>(begin);
    for (unsigned i = 0; i < SELFMAG; ++i) {
        if (header->e_ident[i] != static_cast<unsigned char>(ELFMAG[i])) return nullptr;
    }
    const bool sound = header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_phentsize == sizeof(Elf64_Phdr) &&
                       header->e_phoff <= kFirstPage &&
                       header->e_phoff + header->e_phnum * sizeof(Elf64_Phdr) <= kFirstPage;
    return sound ? header : nullptr;
}

constexpr std::uintptr_t aligned(std::uintptr_t value) { return (value + 3) & ~std::uintptr_t{3}; }

std::uint32_t copy_bytes(std::uintptr_t from, std::uint32_t count, std::uint8_t* out, std::uint32_t bytes) {
    if (count > bytes) count = bytes;
    for (std::uint32_t i = 0; i < count; ++i) out[i] = reinterpret_cast<const std::uint8_t*>(from)[i];
    return count;
}

std::uint32_t build_id_in_notes(std::uintptr_t at, std::uintptr_t end, std::uint8_t* out, std::uint32_t bytes) {
    while (at < end && end - at > sizeof(Elf64_Nhdr)) {
        const auto* note = reinterpret_cast<const Elf64_Nhdr*>(at);
        const std::uintptr_t name = at + sizeof(Elf64_Nhdr);
        const std::uintptr_t description = name + aligned(note->n_namesz);
        if (description < name || description > end || note->n_descsz > end - description) return 0;
        const bool gnu = note->n_namesz == 4 && *reinterpret_cast<const std::uint32_t*>(name) == 0x00554E47;  // "GNU"
        if (gnu && note->n_type == NT_GNU_BUILD_ID) return copy_bytes(description, note->n_descsz, out, bytes);
        at = description + aligned(note->n_descsz);
    }
    return 0;
}

}  // namespace

std::uint32_t read_build_id(std::uintptr_t begin, std::uintptr_t end, std::uintptr_t bias, std::uint8_t* out,
                            std::uint32_t bytes) {
    const Elf64_Ehdr* header = header_at(begin);
    if (!header) return 0;
    const auto* segments = reinterpret_cast<const Elf64_Phdr*>(begin + header->e_phoff);
    for (unsigned i = 0; i < header->e_phnum; ++i) {
        if (segments[i].p_type != PT_NOTE) continue;
        const std::uintptr_t notes = bias + segments[i].p_vaddr;
        if (notes < begin || notes >= end || segments[i].p_memsz > end - notes ||
            !sys::can_read(notes & ~std::uintptr_t{7}))
            continue;
        const std::uint32_t count = build_id_in_notes(notes, notes + segments[i].p_memsz, out, bytes);
        if (count) return count;
    }
    return 0;
}

}  // namespace dregs
