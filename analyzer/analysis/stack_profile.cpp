// See stack_profile.h. Cells come sorted by stack, so the cells of one stack lie side by side.
#include "analyzer/analysis/stack_profile.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace dregs {
namespace {

constexpr std::size_t kProgressEvery = 4096;

std::uint64_t weight(const StackEntry& entry, SortBy sort) {
    switch (sort) {
        case SortBy::kCount:
            return entry.live.blocks();
        case SortBy::kBytes:
            return entry.live.bytes();
        case SortBy::kOutlived:
            return entry.outlived.blocks();
        case SortBy::kAge:
            return ~std::uint64_t{entry.oldest_cs};
    }
    return 0;
}

}  // namespace

StackProfile::StackProfile(Profile& profile, const Filter& filter, SortBy sort, const Progress& progress)
    : profile_(profile), matcher_(filter, profile) {
    const std::size_t cells = profile.live().cells();
    for (std::size_t i = 0; i < cells; ++i) {
        add(i);
        if (progress && i % kProgressEvery == 0) progress(i, cells);
    }
    sort_stacks(sort);
}

void StackProfile::add(std::size_t cell) {
    const LiveCell here = profile_.live().cell(cell);
    const ScopeFacts facts = profile_.scopes().facts(here.scope);
    if (!matcher_.matches(here.stack, facts)) return;
    if (stacks_.empty() || stacks_.back().stack != here.stack) {
        stacks_.push_back({here.stack, cell, cell, {}, {}, facts.begin_cs});
    }
    StackEntry& entry = stacks_.back();
    entry.end_cell = cell + 1;
    entry.live += here.live;
    entry.oldest_cs = std::min(entry.oldest_cs, facts.begin_cs);
    live_ += here.live;
    if (!facts.outlived) return;
    entry.outlived += here.live;
    outlived_ += here.live;
}

void StackProfile::sort_stacks(SortBy sort) {
    std::sort(stacks_.begin(), stacks_.end(), [sort](const StackEntry& a, const StackEntry& b) {
        return std::tuple(weight(b, sort), b.live.blocks(), b.live.bytes(), a.stack) <
               std::tuple(weight(a, sort), a.live.blocks(), a.live.bytes(), b.stack);
    });
}

std::uint32_t StackProfile::thread_of(const ScopeFacts& facts) {
    const auto [known, is_new] =
        thread_numbers_.emplace(profile_.thread_name(facts), static_cast<std::uint32_t>(threads_.size()));
    if (is_new) threads_.push_back({facts.tid, known->first});
    return known->second;
}

std::vector<StackShare> StackProfile::shares(const StackEntry& entry) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, StackShare> sums;
    for (std::size_t i = entry.first_cell; i < entry.end_cell; ++i) {
        const LiveCell cell = profile_.live().cell(i);
        const ScopeFacts facts = profile_.scopes().facts(cell.scope);
        if (!matcher_.matches(cell.stack, facts)) continue;
        const std::uint32_t thread = thread_of(facts);
        StackShare& share = sums[{facts.kind, thread}];
        share.kind = facts.kind;
        share.thread = thread;
        share.live += cell.live;
        if (facts.outlived) share.outlived += cell.live;
    }
    std::vector<StackShare> shares;
    shares.reserve(sums.size());
    for (const auto& [key, share] : sums) shares.push_back(share);
    return shares;
}

}  // namespace dregs
