// What the headers of a mapped ELF object say about it.
//
// Reads only the first page of the object, which holds the ELF header and the program headers of whatever a linker
// makes; the notes lie in a mapped segment. Anything odd is answered with "nothing known".
#pragma once

#include <cstddef>
#include <cstdint>

namespace dregs {

// Copies the build-id of the object mapped at [begin, end) and returns its length; 0: it has none that can be found.
std::uint32_t read_build_id(std::uintptr_t begin, std::uintptr_t end, std::uintptr_t bias, std::uint8_t* out,
                            std::uint32_t bytes);

}  // namespace dregs
