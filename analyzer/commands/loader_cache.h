// The loader's cache, /etc/ld.so.cache: which file stands for a library's name.
#pragma once

#include <map>
#include <string>

namespace dregs {

// Name -> path of 64-bit x86 libraries. Empty when the file cannot be read or is none that this knows.
std::map<std::string, std::string> read_loader_cache(const std::string& path = "/etc/ld.so.cache");

}  // namespace dregs
