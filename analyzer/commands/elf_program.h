// What an ELF executable says of itself that matters to preloading.
#pragma once

#include <optional>
#include <string>

namespace dregs {

struct ElfProgram {
    bool is_x86_64 = false;
    std::string interpreter;      // the loader, which runs first; empty: linked statically
    bool is_loader = false;       // the loader itself, called by name: ld.so ./program
    bool defines_malloc = false;  // and gives it to the libraries too
    std::string sanitizer;        // "AddressSanitizer" ...; empty: none
};

// Nothing when the file is no ELF file or cannot be read.
std::optional<ElfProgram> read_elf_program(const std::string& path);

}  // namespace dregs
