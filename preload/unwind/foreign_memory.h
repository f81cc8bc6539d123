// Loads of words that belong to the traced program: its stack, and what its unwind information points at.
//
// Owns: saying to sanitizers (in tests of the shim) that such loads go where no variable of ours is, on purpose.
// Whether there is memory is for the caller to know (readable_pages.h). Called by the steps of a walk.
#pragma once

#include <cstdint>

namespace dregs {

// At most eight bytes, zero-extended.
__attribute__((no_sanitize("address"))) inline std::uint64_t load_foreign(std::uintptr_t address, unsigned bytes) {
    std::uint64_t word = 0;
    for (unsigned i = bytes; i-- > 0;) word = word << 8 | *reinterpret_cast<const volatile std::uint8_t*>(address + i);
    return word;
}

__attribute__((no_sanitize("address"))) inline std::uint64_t load_foreign_word(std::uintptr_t address) {
    return *reinterpret_cast<const std::uint64_t*>(address);
}

}  // namespace dregs
