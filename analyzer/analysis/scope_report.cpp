// See scope_report.h. report_scopes -> count_records, add_counters, add_blocks, add_sites; then arrange (the tree)
#include "analyzer/analysis/scope_report.h"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "analyzer/analysis/label_examples.h"
#include "analyzer/analysis/scope_tree.h"

namespace dregs {
namespace {

struct SiteDraft {
    SurvivorSite site;
    absl::flat_hash_set<std::uint32_t> instances;
    LabelExamples labels;
    std::uint32_t stack = 0;
    std::uint64_t stack_blocks = 0;
    std::uint64_t top_blocks = 0;
};

struct OpenDraft {
    OpenSite site;
    LabelExamples labels;
};

struct KindDraft {
    KindReport report;
    absl::flat_hash_set<std::uint32_t> survivors;
    absl::flat_hash_map<std::string, SiteDraft> sites;
    absl::flat_hash_map<std::string, OpenDraft> open_sites;
    std::map<std::uint32_t, std::uint64_t> parents;  // kind -> instances seen in it
};

bool has_flag(const format::Scope& scope, format::ScopeFlags flag) {
    return (format::scope_flags(scope.status) & flag) != 0;
}

class Reporter {
  public:
    explicit Reporter(Profile& profile) : profile_(profile) {}
    ScopeReport make();

  private:
    void add_counters();
    void count_records();
    void count_open(const format::Scope& scope, KindReport& report);
    void add_open_site(std::uint32_t instance, const format::Scope& scope, KindDraft& kind);
    void add_blocks();
    void add_survivors(const LiveCell& cell, const ScopeFacts& facts, KindDraft& kind);
    KindReport finish(std::uint32_t kind, KindDraft& draft);
    std::uint32_t usual_parent(std::uint32_t kind, const KindDraft& draft) const;

    Profile& profile_;
    std::map<std::uint32_t, KindDraft> kinds_;
    absl::flat_hash_map<std::uint32_t, Estimate> in_open_;  // blocks of open instances that know where they were made
    ScopeReport report_;
};

void Reporter::add_counters() {
    for (const format::KindCounters& counters : profile_.trace().kind_counters()) {
        if (counters.kind == 0 || !profile_.trace().kinds().find(counters.kind)) continue;
        kinds_[counters.kind].report.add(counters);
    }
}

void Reporter::count_open(const format::Scope& scope, KindReport& report) {
    ++report.open;
    const bool bound = !has_flag(scope, format::kScopeUnbound) && !has_flag(scope, format::kScopePool);
    const ProcessStatus& status = profile_.status();
    if (bound && status.running() && !status.tasks.empty() && !status.has_task(scope.tid)) {
        ++report.open_on_gone_threads;
    }
}

bool is_open_and_known(const format::Scope& scope) {
    return format::scope_state(scope.status) == format::ScopeState::kOpen && scope.stack != format::kStackNone &&
           !has_flag(scope, format::kScopeShare);
}

void Reporter::add_open_site(std::uint32_t instance, const format::Scope& scope, KindDraft& kind) {
    const std::string key = profile_.namer().site_key(scope.stack);
    OpenDraft& draft = kind.open_sites[key];
    draft.site.key = key;
    ++draft.site.open;
    if (profile_.scopes().outlived(instance)) ++draft.site.orphans;
    if (const auto live = in_open_.find(instance); live != in_open_.end()) draft.site.live += live->second;
    if (draft.site.open == 1) draft.site.top_stack = scope.stack;
    draft.labels.add(instance, scope);
}

void Reporter::count_records() {
    const Trace& trace = profile_.trace();
    std::uint32_t instance = 0;
    for (const format::Scope& scope : trace.scopes()) {
        const std::uint32_t index = instance++;
        const format::ScopeState state = format::scope_state(scope.status);
        if (state == format::ScopeState::kFree || scope.kind == 0 || has_flag(scope, format::kScopeShare)) continue;
        if (!trace.kinds().find(scope.kind)) continue;
        KindDraft& kind = kinds_[scope.kind];
        kind.report.pool = kind.report.pool || has_flag(scope, format::kScopePool);
        if (state == format::ScopeState::kOpen) count_open(scope, kind.report);
        if (is_open_and_known(scope)) add_open_site(index, scope, kind);
        const format::Scope* parent = scope.parent ? trace.scopes().find(scope.parent) : nullptr;
        const bool known = parent && format::scope_generation(parent->status) == scope.parent_generation;
        if (known && parent->kind != scope.kind) ++kind.parents[parent->kind];
    }
}

void Reporter::add_blocks() {
    const LiveSet& live = profile_.live();
    for (std::size_t i = 0; i < live.cells(); ++i) {
        const LiveCell cell = live.cell(i);
        const ScopeFacts facts = profile_.scopes().facts(cell.scope);
        if (facts.kind == 0) {
            report_.unscoped += cell.live;
            continue;
        }
        KindDraft& kind = kinds_[facts.kind];
        kind.report.live += cell.live;
        if (is_open_and_known(profile_.trace().scopes()[facts.instance])) in_open_[facts.instance] += cell.live;
        if (facts.outlived) add_survivors(cell, facts, kind);
    }
}

void Reporter::add_survivors(const LiveCell& cell, const ScopeFacts& facts, KindDraft& kind) {
    report_.survivors += cell.live;
    kind.report.survivors += cell.live;
    kind.survivors.insert(facts.instance);
    const std::string key = profile_.namer().site_key(cell.stack);
    SiteDraft& draft = kind.sites[key];
    draft.site.key = key;
    draft.site.survivors += cell.live;
    draft.instances.insert(facts.instance);
    draft.labels.add(facts.instance, profile_.trace().scopes()[facts.instance]);
    if (draft.stack != cell.stack) draft.stack_blocks = 0;
    draft.stack = cell.stack;
    draft.stack_blocks += cell.live.blocks();
    if (draft.stack_blocks > draft.top_blocks) {
        draft.top_blocks = draft.stack_blocks;
        draft.site.top_stack = cell.stack;
    }
}

bool survives_more(const SurvivorSite& a, const SurvivorSite& b) {
    return std::tuple(b.survivors.blocks(), b.survivors.bytes(), std::string_view(a.key)) <
           std::tuple(a.survivors.blocks(), a.survivors.bytes(), std::string_view(b.key));
}

bool is_open_more(const OpenSite& a, const OpenSite& b) {
    return std::tuple(b.open, b.live.blocks(), std::string_view(a.key)) <
           std::tuple(a.open, a.live.blocks(), std::string_view(b.key));
}

KindReport Reporter::finish(std::uint32_t kind, KindDraft& draft) {
    KindReport& report = draft.report;
    report.name = profile_.kind_name(kind);
    report.survivor_instances = draft.survivors.size();
    for (auto& [key, site] : draft.sites) {
        site.site.instances = site.instances.size();
        site.site.labels = site.labels.labels();
        report.sites.push_back(std::move(site.site));
    }
    std::sort(report.sites.begin(), report.sites.end(), survives_more);
    for (auto& [key, open] : draft.open_sites) {
        open.site.labels = open.labels.labels();
        report.open_sites.push_back(std::move(open.site));
    }
    std::sort(report.open_sites.begin(), report.open_sites.end(), is_open_more);
    return std::move(report);
}

// By the instances that are still there; clean ones left no record, then by what the writer noted of the first.
std::uint32_t Reporter::usual_parent(std::uint32_t kind, const KindDraft& draft) const {
    const auto most = std::max_element(draft.parents.begin(), draft.parents.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most != draft.parents.end()) return most->first;
    const format::Kind* noted = profile_.trace().kinds().find(kind);
    return noted ? noted->parent : 0;
}

ScopeReport Reporter::make() {
    add_counters();
    add_blocks();
    count_records();
    std::vector<KindNode> nodes;
    nodes.reserve(kinds_.size());
    for (auto& [kind, draft] : kinds_) nodes.push_back({kind, usual_parent(kind, draft), finish(kind, draft)});
    report_.kinds = arrange_kinds(std::move(nodes));
    return std::move(report_);
}

}  // namespace

ScopeReport report_scopes(Profile& profile) { return Reporter(profile).make(); }

}  // namespace dregs
