// The walk that text formats share: each stack with its frames and what it holds, parted by scope or thread where
// asked.
//
// Owns the made-up frames that stand for scopes and threads. Holds one stack at a time beside what StackProfile holds,
// so what is written streams. Called by the writers of this folder.
#pragma once

#include <absl/functional/function_ref.h>
#include <absl/types/span.h>

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "analyzer/analysis/stack_profile.h"
#include "analyzer/export/export_options.h"

namespace dregs {

struct WalkedStack {
    std::uint32_t stack;
    // From the site outwards, at last the roots. They stay where they are as long as the walk and the profile do.
    absl::Span<const Frame* const> frames;
    absl::Span<const Frame* const> roots;  // of frames
    Estimate live;
};

class StackWalk {
  public:
    // `options` must outlive the object.
    StackWalk(Profile& profile, const ExportOptions& options);

    // In rank order; several times for a stack that lies in several roots.
    void each(absl::FunctionRef<void(const WalkedStack&)> visit);
    const StackProfile& stacks() const { return stacks_; }

  private:
    using Roots = std::vector<const Frame*>;

    struct Part {
        Roots roots;
        Estimate live;
    };
    std::vector<Part> parts(const StackEntry& entry);
    Roots roots_of(const StackShare& share);
    const Frame* root(const std::string& text);

    Profile& profile_;
    const ExportOptions& options_;
    StackProfile stacks_;
    std::deque<Frame> made_up_;
    std::map<std::string, const Frame*> by_text_;
};

// The frames of a stack from the site outwards, where they stay.
std::vector<const Frame*> frames_in_place(StackNamer& namer, std::uint32_t stack);

}  // namespace dregs
