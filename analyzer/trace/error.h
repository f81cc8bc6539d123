// What went wrong, in words for the user. Thrown everywhere in the analyzer, caught at one door: cli.cpp.
//
// The text is one line without the program's name and without a full stop. It may hold hostile bytes (file names):
// the door escapes them.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace dregs {

class Error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// An unreadable place in a trace: "FILE: offset 0x1234: what is wrong".
class TraceError : public Error {
  public:
    TraceError(const std::string& file, std::uint64_t offset, const std::string& what);
};

}  // namespace dregs
