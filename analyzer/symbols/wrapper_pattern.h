// One line of a wrapper list.
//
// Owns the grammar (see wrappers.txt) and the matching of one pattern. Used by WrapperList only.
#pragma once

#include <string>
#include <string_view>

#include "analyzer/symbols/frame.h"

namespace dregs {

// Whether `text` matches `glob`: * any characters, ? one. Linear in practice, quadratic at worst.
bool glob_matches(std::string_view glob, std::string_view text);

// `Server::handle(Request const&) const` -> `Server::handle`.
std::string_view without_parameters(std::string_view function);

class WrapperPattern {
  public:
    // False: the line is empty or a comment.
    static bool parse(std::string_view line, WrapperPattern& pattern);

    // `name` is frame.function without parameters.
    bool matches(const Frame& frame, std::string_view name) const;
    bool is_exception() const { return is_exception_; }
    // The name it stands for, if that is one exact name in any module; else empty.
    std::string_view plain_name() const;

  private:
    bool matches_module(const std::string& path) const;

    std::string module_;  // empty: any
    std::string function_;
    bool is_exception_ = false;
    bool whole_ = false;  // compare with parameters
};

}  // namespace dregs
