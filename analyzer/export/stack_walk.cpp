// See stack_walk.h.
#include "analyzer/export/stack_walk.h"

#include <algorithm>
#include <utility>

namespace dregs {
namespace {

constexpr std::size_t kProgressEvery = 256;

}  // namespace

std::vector<const Frame*> frames_in_place(StackNamer& namer, std::uint32_t stack) {
    std::vector<const Frame*> frames;
    namer.walk_from_site(stack, [&](const StackNamer::StackPlace& place) {
        for (const Frame& frame : place.frames) frames.push_back(&frame);
        return true;
    });
    return frames;
}

StackWalk::StackWalk(Profile& profile, const ExportOptions& options)
    : profile_(profile), options_(options), stacks_(profile, options.filter, options.sort) {}

const Frame* StackWalk::root(const std::string& text) {
    const Frame*& known = by_text_[text];
    if (!known) {
        made_up_.emplace_back().function = text;
        known = &made_up_.back();
    }
    return known;
}

StackWalk::Roots StackWalk::roots_of(const StackShare& share) {
    Roots roots;
    for (auto field = options_.roots.rbegin(); field != options_.roots.rend(); ++field) {
        if (*field == RootField::kThread) {
            roots.push_back(root(stacks_.threads()[share.thread].name));
        } else {
            const std::string& kind = profile_.kind_name(share.kind);
            roots.push_back(root(kind.empty() ? "no scope" : "scope " + kind));
        }
    }
    return roots;
}

// In the order of the shares. A stack has few parts: as many as kinds and threads allocate through it.
std::vector<StackWalk::Part> StackWalk::parts(const StackEntry& entry) {
    if (options_.roots.empty()) return {{Roots(), entry.live}};
    std::vector<Part> parts;
    for (const StackShare& share : stacks_.shares(entry)) {
        Roots roots = roots_of(share);
        auto known = std::ranges::find(parts, roots, &Part::roots);
        if (known == parts.end()) known = parts.insert(known, {std::move(roots), {}});
        known->live += share.live;
    }
    return parts;
}

void StackWalk::each(absl::FunctionRef<void(const WalkedStack&)> visit) {
    const std::vector<StackEntry>& entries = stacks_.stacks();
    for (std::size_t i = 0; i < entries.size(); ++i) {
        std::vector<const Frame*> frames = frames_in_place(profile_.namer(), entries[i].stack);
        const std::size_t own = frames.size();
        for (const auto& [roots, live] : parts(entries[i])) {
            frames.resize(own);
            frames.insert(frames.end(), roots.begin(), roots.end());
            visit({entries[i].stack, frames, absl::MakeConstSpan(frames).subspan(own), live});
        }
        if (options_.progress && i % kProgressEvery == 0) options_.progress(i, entries.size());
    }
}

}  // namespace dregs
