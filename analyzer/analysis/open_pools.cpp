// See open_pools.h. find_open_pools -> count_pools, add_blocks; sites are named last, once a stack.
#include "analyzer/analysis/open_pools.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "analyzer/analysis/label_examples.h"

namespace dregs {
namespace {

struct Draft {
    OpenSite site;
    LabelExamples labels;
};
using Place = std::pair<std::uint32_t, std::uint32_t>;  // kind and stack

class Finder {
  public:
    explicit Finder(Profile& profile) : profile_(profile) {}
    OpenPools find();

  private:
    void count_pools();
    void add_blocks();
    void merge_into_sites();
    bool is_open_pool(const format::Scope& scope) const;

    Profile& profile_;
    std::map<Place, Draft> places_;
    OpenPools found_;
};

bool Finder::is_open_pool(const format::Scope& scope) const {
    constexpr std::uint32_t kWhichMatter = format::kScopePool | format::kScopeEntered | format::kScopeShare;
    return format::scope_state(scope.status) == format::ScopeState::kOpen &&
           (format::scope_flags(scope.status) & kWhichMatter) == format::kScopePool && scope.kind != 0 &&
           scope.stack != format::kStackNone && profile_.trace().kinds().find(scope.kind);
}

void Finder::count_pools() {
    std::uint32_t instance = 0;
    for (const format::Scope& scope : profile_.trace().scopes()) {
        const std::uint32_t index = instance++;
        if (!is_open_pool(scope)) continue;
        Draft& draft = places_[{scope.kind, scope.stack}];
        const bool orphan = profile_.scopes().outlived(index);
        ++draft.site.open;
        draft.site.orphans += orphan;
        draft.site.top_stack = scope.stack;
        draft.labels.add(index, scope);
        ++found_.open;
        found_.orphans += orphan;
    }
}

void Finder::add_blocks() {
    for (std::size_t i = 0; i < profile_.live().cells(); ++i) {
        const LiveCell cell = profile_.live().cell(i);
        const std::uint32_t instance = profile_.scopes().facts(cell.scope).instance;
        const format::Scope* scope = instance ? profile_.trace().scopes().find(instance) : nullptr;
        if (!scope || !is_open_pool(*scope)) continue;
        places_[{scope->kind, scope->stack}].site.live += cell.live;
        found_.live += cell.live;
    }
}

bool comes_before(const OpenPoolSite& a, const OpenPoolSite& b) {
    return std::tuple(b.site.open, b.site.live.blocks(), std::string_view(a.kind), std::string_view(a.site.key)) <
           std::tuple(a.site.open, a.site.live.blocks(), std::string_view(b.kind), std::string_view(b.site.key));
}

// Different stacks may have one site.
void Finder::merge_into_sites() {
    absl::flat_hash_map<std::pair<std::uint32_t, std::string>, std::size_t> known;
    for (auto& [place, draft] : places_) {
        draft.site.key = profile_.namer().site_key(place.second);
        const auto [site, is_new] = known.try_emplace({place.first, draft.site.key}, found_.sites.size());
        if (is_new) {
            found_.sites.push_back({profile_.kind_name(place.first), std::move(draft.site)});
            found_.sites.back().site.labels = draft.labels.labels();
            continue;
        }
        OpenSite& merged = found_.sites[site->second].site;
        merged.open += draft.site.open;
        merged.orphans += draft.site.orphans;
        merged.live += draft.site.live;
    }
    std::sort(found_.sites.begin(), found_.sites.end(), comes_before);
}

OpenPools Finder::find() {
    count_pools();
    if (found_.open != 0) add_blocks();
    merge_into_sites();
    return std::move(found_);
}

}  // namespace

OpenPools find_open_pools(Profile& profile) { return Finder(profile).find(); }

}  // namespace dregs
