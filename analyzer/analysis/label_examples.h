// A few labels of scope instances, to say of many blocks where to look: "packet 4711".
//
// Keeps those of the oldest instances, each label once, whatever the order they are told in. Of any number of instances
// it holds no more than it shows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dregs/trace_format.h"

namespace dregs {

// Bytes up to the first NUL or the end of the field.
std::string_view label_of(const format::Scope& scope);

class LabelExamples {
  public:
    static constexpr std::size_t kMost = 5;

    // An instance without a label is none.
    void add(std::uint32_t instance, const format::Scope& scope);
    // Oldest first.
    std::vector<std::string> labels() const;

  private:
    using Age = std::pair<std::uint32_t, std::uint32_t>;  // when it began, and its record
    struct Example {
        Age age;
        std::string label;
    };
    std::vector<Example> examples_;  // by age
};

}  // namespace dregs
