// What is live, in the finest parts that a reader of the page can filter by: stack, site, kind of scope, thread, and
// whether it outlived its scope.
//
// Owns the sums; of a trace with very many threads those of one name are one. Everything on the page is a sum of cells.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analyzer/report/stack_tree.h"

namespace dregs {

// Names, each once, in the order they came.
class NameList {
  public:
    std::uint32_t add(const std::string& name);
    const std::vector<std::string>& names() const { return names_; }

  private:
    std::vector<std::string> names_;
    absl::flat_hash_map<std::string, std::uint32_t> by_name_;
};

struct ReportCell {
    std::uint32_t leaf;    // of the tree
    std::uint32_t site;    // of `sites`: keys as in Row
    std::uint32_t kind;    // of `kinds`; "" is no scope
    std::uint32_t thread;  // of `threads`
    bool outlived;
    Estimate live;
};

struct CellNames {  // shared by all cells of a report
    NameList sites;
    NameList kinds;
    NameList threads;
};

// In the order of the profile's stacks.
std::vector<ReportCell> sum_cells(Profile& profile, ProfileStacks& stacks, CellNames& names,
                                  const Progress& progress = {});

}  // namespace dregs
