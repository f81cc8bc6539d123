// What an ELF file asks the loader for: the libraries it needs, and where it wants them looked for.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace dregs {

struct ElfDynamic {
    std::vector<std::string> needed;  // DT_NEEDED, in order
    std::string rpath;                // DT_RPATH
    std::string runpath;              // DT_RUNPATH
};

// Nothing when the file is no 64-bit x86 ELF file or cannot be read. Empty for one that is linked statically.
std::optional<ElfDynamic> read_elf_dynamic(const std::string& path);

}  // namespace dregs
