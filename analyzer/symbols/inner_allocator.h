// Whether an ELF file has an allocator inside that nobody outside can see: linked statically and hidden, as jemalloc is
// in many Rust programs, or mimalloc and tcmalloc in many of C++.
//
// Told by its symbols of the linker (.symtab), so a stripped file is not told of.
#pragma once

#include <string>

#include "analyzer/symbols/elf_image.h"

namespace dregs {

// The name of its function that stands for malloc; empty: there is none, or nobody can tell.
std::string find_inner_allocator(const ElfImage& image);

}  // namespace dregs
