// Which sites (or stacks, functions, ...) hold the live blocks: the main question.
//
// Pure: a profile in, rows out, in rank order. Ties are resolved by what the row is, so that equal traces give equal
// text. Called by top and diff.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyzer/analysis/filter.h"
#include "analyzer/analysis/profile.h"

namespace dregs {

enum class GroupBy { kSite, kStack, kFunction, kModule, kScope, kThread };
enum class SortBy { kCount, kBytes, kOutlived, kAge };

struct KindShare {  // the part of a row's blocks that one scope kind holds
    std::string kind;
    Estimate live;
    Estimate outlived;
};

struct Row {
    std::string key;    // the same for the same thing in every trace
    std::string title;  // what it is, for people; a site's is empty: its first frame says it
    Estimate live;
    Estimate outlived;
    std::uint32_t oldest_cs = 0;  // when its oldest block was made, since the start of the trace
    std::uint32_t newest_cs = 0;
    std::string scope;                // the kind that holds most of its blocks; "" for none
    std::vector<KindShare> scopes;    // most blocks first
    std::vector<std::string> labels;  // of instances that its blocks outlived: examples, oldest first
    std::size_t stacks = 0;
    std::uint32_t top_stack = 0;  // the stack that holds most of its blocks
};

// What a stack belongs to: the key is the same for the same thing in every trace, the title is for people and empty for
// sites and stacks. Not for kScope and kThread, which a stack does not tell.
struct StackGroup {
    std::string key;
    std::string title;
};
StackGroup group_of(StackNamer& namer, GroupBy by, std::uint32_t stack);

struct RankOptions {
    GroupBy by = GroupBy::kSite;
    SortBy sort = SortBy::kCount;
    Filter filter;
};

// Naming may take its time: `progress` is told.
std::vector<Row> rank_blocks(Profile& profile, const RankOptions& options, const Progress& progress = {});

}  // namespace dregs
