// Reads e_entry of an object's ELF header. See process_entry.h.
#include "preload/unwind/process_entry.h"

#include <elf.h>

namespace dregs {
namespace {

// Entry code calls one or two functions and never returns: glibc's loader needs 40 bytes to its last call, crt1.o 31.
constexpr std::uintptr_t kEntryBytes = 64;

}  // namespace

bool is_process_entry(const CodeImage& image, std::uintptr_t pc) {
    if (image.begin % alignof(Elf64_Ehdr) != 0 || !image.holds(image.begin, sizeof(Elf64_Ehdr))) return false;
    Elf64_Ehdr header;
    __builtin_memcpy(&header, reinterpret_cast<const void*>(image.begin), sizeof(header));
    if (__builtin_memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_entry == 0) return false;
    const std::uintptr_t entry = header.e_type == ET_EXEC ? header.e_entry : image.begin + header.e_entry;
    return pc > entry && pc - entry <= kEntryBytes;
}

}  // namespace dregs
