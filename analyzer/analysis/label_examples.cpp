// See label_examples.h.
#include "analyzer/analysis/label_examples.h"

#include <algorithm>

namespace dregs {

std::string_view label_of(const format::Scope& scope) {
    const std::string_view field(scope.label, format::kLabelBytes);
    return field.substr(0, field.find('\0'));
}

void LabelExamples::add(std::uint32_t instance, const format::Scope& scope) {
    const std::string_view label = label_of(scope);
    const Age age(scope.begin_cs, instance);
    if (label.empty()) return;
    if (examples_.size() == kMost && examples_.back().age <= age) return;
    const auto same = std::ranges::find(examples_, label, &Example::label);
    if (same != examples_.end() && same->age <= age) return;
    if (same != examples_.end()) examples_.erase(same);
    examples_.insert(std::ranges::upper_bound(examples_, age, {}, &Example::age), {age, std::string(label)});
    if (examples_.size() > kMost) examples_.pop_back();
}

std::vector<std::string> LabelExamples::labels() const {
    std::vector<std::string> labels;
    for (const Example& example : examples_) labels.push_back(example.label);
    return labels;
}

}  // namespace dregs
