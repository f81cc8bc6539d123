// The sections of an ELF file by name, and what they would need unpacked.
//
// Owns nothing: works on libelf's handle, also where that is libdw's. Believes nothing: what lies outside the file is
// empty. Used by ElfImage, SplitUnit, LineTable and begin_dwarf().
#pragma once

#include <elfutils/libdw.h>
#include <gelf.h>

#include <cstdint>
#include <string_view>

#include "analyzer/symbols/symbol_budget.h"

namespace dregs {

// Null: there is none of that name with contents in this file.
Elf_Scn* find_section(Elf* elf, std::string_view name);

// Its contents as they stand in the file, or as libelf has unpacked them already. Empty: there are none.
std::string_view raw_bytes(Elf_Scn* section);
std::string_view data_bytes(Elf_Scn* section);

bool is_packed(Elf_Scn* section);

// Whether names may be asked for in it. Packed ones are nobody's, and libelf would unpack them unasked; where the last
// has no end, it would look for one through all of them for each name.
bool has_names(Elf_Scn* section);

// What all packed sections together say that they unpack to; libelf and libdw take so much at once.
std::uint64_t unpacked_size(Elf* elf);

// libdw's handle on the file. Null: it has no DWARF, or none that is sound. Throws where opening it would be beyond the
// budget. To be ended by dwarf_end().
Dwarf* begin_dwarf(Elf* elf, ModuleBudget& budget);

}  // namespace dregs
