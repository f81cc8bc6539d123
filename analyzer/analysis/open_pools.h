// Pools that are still open: by where they were made, of all kinds together.
//
// Pure: a profile in, a list out. A pool that a thread is in as in a scope is none of them: its leave will end it.
// Costs one pass over the scope records where there is none. Called for `top`; `scopes` tells them kind by kind.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analyzer/analysis/scope_report.h"

namespace dregs {

struct OpenPoolSite {
    std::string kind;
    OpenSite site;
};

struct OpenPools {
    std::uint64_t open = 0;
    std::uint64_t orphans = 0;        // of those, made in scopes that have ended
    Estimate live;                    // blocks in them
    std::vector<OpenPoolSite> sites;  // most of them first
};

OpenPools find_open_pools(Profile& profile);

}  // namespace dregs
