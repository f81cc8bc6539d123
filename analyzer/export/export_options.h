// What is exported, and how: the same for every format. Made by commands/export.cpp.
#pragma once

#include <optional>
#include <vector>

#include "analyzer/analysis/filter.h"
#include "analyzer/analysis/ranking.h"

namespace dregs {

// What a format that has one number for each stack tells.
enum class Measure { kBlocks, kBytes };

// What stands as an outermost frame below each stack, so that a tree of callers begins with it.
enum class RootField { kScope, kThread };

struct ExportOptions {
    Filter filter;
    SortBy sort = SortBy::kCount;
    std::optional<Measure> measure;  // none: what the format's readers expect
    std::vector<RootField> roots;    // outermost first
    double threshold = 1;            // Massif: what holds less than so many percent is not told one by one
    bool decimal = false;            // UMDH's numbers
    Progress progress;
};

inline std::uint64_t measured(const Tally& tally, Measure measure) {
    return measure == Measure::kBytes ? tally.bytes : tally.blocks;
}

}  // namespace dregs
