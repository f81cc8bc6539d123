// The functions that are not a site: allocators and what merely passes an allocation on.
//
// Owns the patterns: the built-in list (wrappers.txt, compiled in), a file given by the user in its place, and single
// patterns added. Says nothing of how stacks are ranked; that is the caller's.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/symbols/frame.h"

namespace dregs {

class WrapperList {
  public:
    // The built-in list.
    WrapperList();
    // A list with the lines of `text` only (the contents of a --wrapper-list file). See wrappers.txt for the grammar.
    explicit WrapperList(std::string_view text);
    ~WrapperList();
    WrapperList(WrapperList&&) noexcept;
    WrapperList& operator=(WrapperList&&) noexcept;

    // The lines of the file at `path`. Throws std::runtime_error with a message for the user.
    static WrapperList from_file(const std::string& path);

    // Adds one line (--wrapper PATTERN). Later lines win over earlier ones.
    void add(std::string_view line);

    bool is_wrapper(const Frame& frame) const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace dregs
