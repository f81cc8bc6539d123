// Which blocks a question is about: --scope KIND and --where 'FIELD:PATTERN'.
//
// All conditions must hold. Pure; the command line makes one, the rankings ask it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyzer/analysis/profile.h"

namespace dregs {

enum class WhereField { kFunction, kFile, kModule, kThread, kScope, kStack };

struct Where {
    WhereField field;
    std::string pattern;
};

// 'module:libfoo*'. Throws Error for a field there is not.
Where parse_where(const std::string& text);
// What is wrong with such a text, and in braces the fields there are; or nothing. `blocks`: fields of single blocks,
// too, not of their stacks only.
std::string where_problem(const std::string& text, bool blocks = true);

struct Filter {
    std::optional<std::string> scope;  // kind of the block's own instance; "" is "no scope"
    std::vector<Where> where;
};

// Answers for one profile, and remembers what depends on the stack only.
class FilterMatcher {
  public:
    FilterMatcher(const Filter& filter, Profile& profile) : filter_(filter), profile_(profile) {}
    bool matches(std::uint32_t stack, const ScopeFacts& facts);

  private:
    bool stack_matches(std::uint32_t stack);
    bool frame_matches(const Where& where, std::uint32_t stack);
    bool scope_matches(const ScopeFacts& facts) const;

    const Filter& filter_;
    Profile& profile_;
    std::optional<std::pair<std::uint32_t, bool>> last_;  // cells come sorted by stack
};

}  // namespace dregs
