// The code that a process begins with, where it carries no unwind information (the dynamic loader's, older crt1.o).
//
// Owns: telling such code, so that a stack which ends there counts as whole. Called by unwind_row.cpp.
#pragma once

#include <cstdint>

#include "preload/unwind/cfi.h"

namespace dregs {

// Whether `pc` is a return address into the first instructions at the entry point of the object's ELF header.
bool is_process_entry(const CodeImage& image, std::uintptr_t pc);

}  // namespace dregs
