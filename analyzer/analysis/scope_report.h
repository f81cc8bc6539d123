// The tree of scope kinds, what became of their instances, and the sites whose blocks outlived them.
//
// Pure: a profile in, a report out. Called by the command `scopes`.
#pragma once

#include <string>
#include <vector>

#include "analyzer/analysis/kind_counts.h"
#include "analyzer/analysis/profile.h"

namespace dregs {

struct SurvivorSite {
    std::string key;
    Estimate survivors;
    std::size_t instances = 0;        // in how many instances of the kind
    std::vector<std::string> labels;  // examples, oldest first
    std::uint32_t top_stack = 0;
};

// Pools, and scopes opened apart from threads, that are still open: by where they were made.
struct OpenSite {
    std::string key;
    std::uint64_t open = 0;
    std::uint64_t orphans = 0;  // of those, made in scopes that have ended
    Estimate live;              // blocks in them
    std::vector<std::string> labels;
    std::uint32_t top_stack = 0;
};

struct KindReport : KindCounts {
    std::string name;
    std::string parent;     // the kind it was mostly seen nested in; "" for none
    std::size_t depth = 0;  // in the tree
    bool pool = false;
    std::uint64_t open = 0;
    std::uint64_t open_on_gone_threads = 0;
    std::size_t survivor_instances = 0;
    Estimate live;
    Estimate survivors;
    std::vector<SurvivorSite> sites;   // most survivors first
    std::vector<OpenSite> open_sites;  // most of them first
};

struct ScopeReport {
    std::vector<KindReport> kinds;  // each after its parent; among siblings the one with most survivors first
    Estimate unscoped;              // live blocks in no scope
    Estimate survivors;
};

ScopeReport report_scopes(Profile& profile);

}  // namespace dregs
