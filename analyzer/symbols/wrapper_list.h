// The functions that are not a site: allocators and what merely passes an allocation on.
//
// Owns the patterns: the built-in list (wrappers.txt, compiled in), a file given by the user in its place, and single
// patterns added. Says nothing of how stacks are ranked; that is the caller's.
#pragma once

#include <cstddef>
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

    // Index of the site in a stack, innermost frame first: the first frame that is not a wrapper. When all are, the
    // outermost frame that is not the shim's (the nearest there is to a user of the block); 0 for an empty stack.
    // Frames without a name that a wrapper of the same module called (static functions of a stripped library) are its
    // innards and no site either.
    std::size_t site_index(const std::vector<Frame>& stack) const;

  private:
    // Index of the wrapper that called `first` through frames without a name; `first`: none did.
    std::size_t wrapper_after_unnamed(const std::vector<Frame>& stack, std::size_t first) const;

    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace dregs
