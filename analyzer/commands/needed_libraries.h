// The libraries that a program is linked with, and those that they are linked with, found as the loader finds them.
//
// Reads files only; runs nothing. What cannot be found or read is passed over: the answer is a good guess, not a proof.
#pragma once

#include <set>
#include <string>

namespace dregs {

// By the names that they are asked for ("libtalloc.so.2").
std::set<std::string> needed_libraries(const std::string& program);
// Their files.
std::set<std::string> needed_library_files(const std::string& program);

}  // namespace dregs
