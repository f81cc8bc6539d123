// The dynamic symbols of an ELF file by name: what it offers to others and what it asks for.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace dregs {

struct ElfExports {
    struct Definition {
        bool is_function = false;
        std::set<std::uint64_t> addresses;  // several where it has versions that differ
    };
    std::map<std::string, Definition> defined;
    std::set<std::string> named;  // defined or asked for
};

// Empty when the file is no ELF file or cannot be read.
ElfExports read_elf_exports(const std::string& path);

}  // namespace dregs
