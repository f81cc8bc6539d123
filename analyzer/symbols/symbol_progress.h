// What takes long in the symbols room, for whoever shows it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace dregs {

// "reading symbols of libx.so", how much of how much: bytes, with total 0 where that is not known. An empty `what`: it
// is over. May be empty itself.
using SymbolProgress = std::function<void(const std::string& what, std::uint64_t done, std::uint64_t total)>;

}  // namespace dregs
