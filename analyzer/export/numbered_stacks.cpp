// See numbered_stacks.h.
#include "analyzer/export/numbered_stacks.h"

#include "analyzer/analysis/rounded_parts.h"

namespace dregs {

NumberedStacks::NumberedStacks(StackWalk& walk) {
    RoundedParts rounded;
    walk.each([&](const WalkedStack& walked) {
        for (const Frame* frame : walked.frames) numbers_.push_back(table_.number(*frame));
        ends_.push_back(numbers_.size());
        held_.push_back(rounded.next(walked.live));
    });
}

absl::Span<const std::uint32_t> NumberedStacks::frames(std::size_t index) const {
    const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
    return absl::MakeConstSpan(numbers_).subspan(begin, ends_[index] - begin);
}

}  // namespace dregs
