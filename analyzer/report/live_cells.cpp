// See live_cells.h. sum_cells -> CellSums::add (one stack of the profile) -> add_cell
#include "analyzer/report/live_cells.h"

#include <algorithm>
#include <tuple>

#include "analyzer/analysis/stack_profile.h"

namespace dregs {
namespace {

constexpr std::size_t kMostThreads = 256;  // told apart; of more, those of one name are one
constexpr std::size_t kProgressEvery = 256;

class CellSums {
  public:
    CellSums(Profile& profile, ProfileStacks& stacks, CellNames& names)
        : profile_(profile), stacks_(stacks), names_(names), whole_(profile, all_, SortBy::kCount) {}
    std::vector<ReportCell> sum(const Progress& progress);

  private:
    using Key = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t, bool>;

    void add(const StackEntry& entry);
    void add_cell(const Key& key, const Estimate& live);
    std::vector<std::uint32_t> name_threads();

    const Filter all_;
    Profile& profile_;
    ProfileStacks& stacks_;
    CellNames& names_;
    StackProfile whole_;
    std::vector<std::uint32_t> threads_;  // in names_, by thread of whole_
    absl::flat_hash_map<Key, std::size_t> known_;
    std::vector<ReportCell> cells_;
};

// "worker (4711)" -> "worker (all)"
std::string name_of_many(const SharedThread& thread) {
    return thread.tid == 0 ? thread.name : thread.name.substr(0, thread.name.rfind(" (")) + " (all)";
}

std::vector<std::uint32_t> CellSums::name_threads() {
    for (const StackEntry& entry : whole_.stacks()) whole_.shares(entry);  // meets them all
    const bool few = whole_.threads().size() <= kMostThreads;
    std::vector<std::uint32_t> numbers;
    for (const SharedThread& thread : whole_.threads()) {
        const bool full = !few && names_.threads.names().size() >= kMostThreads;
        numbers.push_back(names_.threads.add(few ? thread.name : full ? "other threads" : name_of_many(thread)));
    }
    return numbers;
}

void CellSums::add_cell(const Key& key, const Estimate& live) {
    const auto [known, fresh] = known_.try_emplace(key, cells_.size());
    if (fresh) {
        const auto& [leaf, site, kind, thread, outlived] = key;
        cells_.push_back({leaf, site, kind, thread, outlived, {}});
    }
    cells_[known->second].live += live;
}

void CellSums::add(const StackEntry& entry) {
    const std::uint32_t leaf = stacks_.leaf(entry.stack);
    const std::uint32_t site = names_.sites.add(profile_.namer().site_key(entry.stack));
    for (const StackShare& share : whole_.shares(entry)) {
        const std::uint32_t kind = names_.kinds.add(profile_.kind_name(share.kind));
        const std::uint32_t thread = threads_[share.thread];
        Estimate innocent = share.live;
        innocent -= share.outlived;
        if (share.outlived.recorded().blocks != 0) add_cell({leaf, site, kind, thread, true}, share.outlived);
        if (innocent.recorded().blocks != 0) add_cell({leaf, site, kind, thread, false}, innocent);
    }
}

// In the order of the trace: what stands side by side in its tree does so in ours, and packs well.
std::vector<ReportCell> CellSums::sum(const Progress& progress) {
    threads_ = name_threads();
    std::vector<const StackEntry*> entries;
    for (const StackEntry& entry : whole_.stacks()) entries.push_back(&entry);
    std::sort(entries.begin(), entries.end(), [](const auto* a, const auto* b) { return a->stack < b->stack; });
    for (std::size_t i = 0; i < entries.size(); ++i) {
        add(*entries[i]);
        if (progress && i % kProgressEvery == 0) progress(i, entries.size());
    }
    return std::move(cells_);
}

}  // namespace

std::uint32_t NameList::add(const std::string& name) {
    const auto [known, fresh] = by_name_.try_emplace(name, static_cast<std::uint32_t>(names_.size()));
    if (fresh) names_.push_back(name);
    return known->second;
}

std::vector<ReportCell> sum_cells(Profile& profile, ProfileStacks& stacks, CellNames& names, const Progress& progress) {
    return CellSums(profile, stacks, names).sum(progress);
}

}  // namespace dregs
