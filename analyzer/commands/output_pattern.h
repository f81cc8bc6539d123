// Which files the pattern of traces' names may mean (--output): "%n" and "%p" are any text, "%%" is one percent sign,
// and everything else is itself, whatever it means to a shell. Folders may have directives, too.
#pragma once

#include <string>
#include <vector>

namespace dregs {

// One component of a path: what stands between its directives.
class NamePattern {
  public:
    // `numbered`: ".2", ".3" may stand before its suffix, or at its end.
    NamePattern(const std::string& pattern, bool numbered);
    bool matches(const std::string& name) const;
    // The only name that it means; null: there are many.
    const std::string* only() const { return literals_.size() == 1 ? &literals_[0] : nullptr; }

  private:
    std::vector<std::string> literals_;  // between each two anything
};

// Paths that exist and that the absolute pattern may mean, of any kind, in no order.
std::vector<std::string> find_named_by(const std::string& pattern);

// The pattern that means this path and no other.
std::string literal_pattern(const std::string& path);

}  // namespace dregs
