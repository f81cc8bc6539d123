// Names as linkers know them, turned into names as programmers know them.
//
// Owns the choice of demangler and its limits. C++ keeps parameters and drops return types, Rust hides its hashes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dregs {

// Long names may take long; those of templates of templates are.
enum class NameEffort : std::uint8_t { kLittle, kUsual };

// False: `mangled` is not a mangled name, or one too long to be of use; `text` is not touched.
bool demangle(const char* mangled, std::string& text, NameEffort effort = NameEffort::kUsual);

// What a symbol of an ELF file is called in the source: demangled; without the suffix of a clone (`.cold`, `.part.0`).
std::string source_name(std::string_view symbol, NameEffort effort = NameEffort::kUsual);

}  // namespace dregs
