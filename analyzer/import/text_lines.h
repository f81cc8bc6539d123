// The lines of a text file that somebody else wrote, one at a time, each with its number for error messages.
//
// Memory is bounded by the longest line that is taken. What the file is saved as is text_bytes.h's business.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "analyzer/import/text_bytes.h"

namespace dregs {

class TextLines {
  public:
    static constexpr std::size_t kMostBytes = 64 << 10;  // of a line

    // Throws Error where the file cannot be read.
    explicit TextLines(const std::string& path);

    // The next line without its end ("\n" or "\r\n"); false at the end of the file. Throws Error for a line too long.
    bool next(std::string_view& line);
    const std::string& name() const { return bytes_.name(); }
    const std::string& start() const { return bytes_.start(); }  // see text_bytes.h
    // "FILE, line N: `what`", thrown.
    [[noreturn]] void fail(std::string_view what) const;

  private:
    TextBytes bytes_;
    std::string line_;
    std::uint64_t number_ = 0;
};

}  // namespace dregs
