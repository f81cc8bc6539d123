// What an ELF executable says of itself that matters to preloading.
#pragma once

#include <optional>
#include <string>

namespace dregs {

struct ElfProgram {
    bool is_x86_64 = false;
    bool is_dynamic = false;      // has an interpreter: the loader runs first
    bool defines_malloc = false;  // and gives it to the libraries too
    std::string sanitizer;        // "AddressSanitizer" ...; empty: none
};

// Nothing when the file is no ELF file or cannot be read.
std::optional<ElfProgram> read_elf_program(const std::string& path);

}  // namespace dregs
