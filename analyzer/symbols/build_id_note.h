// The build-id in a file's notes.
//
// Owns the search for it, and its limit: a hostile file may have any number of sections and segments, each of which
// says that it holds all notes of the others, and libdwelf would read them all. Used by ElfImage.
#pragma once

#include <gelf.h>

#include <cstdint>
#include <vector>

namespace dregs {

// Empty: there is none. Sections say where notes are; where those were stripped, segments do.
std::vector<std::uint8_t> find_build_id(Elf* elf);

}  // namespace dregs
