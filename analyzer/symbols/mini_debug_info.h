// Fedora's MiniDebugInfo: the symbol table that a stripped file carries packed in .gnu_debugdata.
//
// Owns the unpacking and its limits. Used by ModuleSymbols when there is no symbol table otherwise.
#pragma once

#include <memory>

#include "analyzer/symbols/elf_image.h"

namespace dregs {

// The ELF image packed into `module`; null: there is none, or it is damaged, or of another build. Throws where it is
// beyond the budget.
std::shared_ptr<ElfImage> unpack_mini_debug_info(const ElfImage& module, ModuleBudget& budget);

}  // namespace dregs
