// Names as linkers know them, turned into names as programmers know them.
//
// Owns the choice of demangler and its limits. C++ keeps parameters and drops return types, Rust hides its hashes.
#pragma once

#include <string>
#include <string_view>

namespace dregs {

// False: `mangled` is not a mangled name, or one too long to be of use; `text` is not touched.
bool demangle(const char* mangled, std::string& text);

// What a symbol of an ELF file is called in the source: demangled; without the suffix of a clone (`.cold`, `.part.0`).
std::string source_name(std::string_view symbol);

}  // namespace dregs
