// Blocks that the C library keeps for itself until the process ends, such as standard output's buffer.
//
// They are no work of the program's, and tools that make the C library give them back at exit do not see them. They are
// left out of every count and ranking, and the report says how many they were. Owns the list; LiveSet does the leaving
// out.
#pragma once

#include "analyzer/symbols/wrapper_list.h"

namespace dregs {

class Suppressions {
  public:
    // The built-in list.
    Suppressions();
    // --no-suppressions: every block counts.
    static Suppressions none();

    // By the innermost frame of a block's stack.
    bool suppresses(const Frame& innermost) const { return patterns_.is_wrapper(innermost); }

  private:
    explicit Suppressions(WrapperList patterns) : patterns_(std::move(patterns)) {}

    WrapperList patterns_;  // the same grammar
};

}  // namespace dregs
