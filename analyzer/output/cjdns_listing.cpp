// See cjdns_listing.h.
#include "analyzer/output/cjdns_listing.h"

#include <absl/strings/str_format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "analyzer/analysis/ranking.h"
#include "analyzer/output/escape.h"

namespace dregs {
namespace {

using Counts = std::map<std::string, std::uint64_t>;

void count_blocks(Profile& profile, Counts& counts) {
    for (const Row& row : rank_blocks(profile, {})) {
        const Frame& site = profile.namer().site(row.top_stack);
        if (site.line > 0) counts[absl::StrFormat("%s:%d", display_name(site.file), site.line)] += row.live.blocks();
    }
}

// Open scopes with a parent; the root has none.
void count_allocators(Profile& profile, Counts& counts) {
    const Trace& trace = profile.trace();
    for (const format::Scope& scope : trace.scopes()) {
        if (format::scope_state(scope.status) != format::ScopeState::kOpen || scope.parent == 0) continue;
        if ((format::scope_flags(scope.status) & format::kScopeShare) != 0) continue;
        ++counts[profile.kind_name(scope.kind)];
    }
}

}  // namespace

void print_cjdns_listing(std::ostream& out, Profile& profile) {
    Counts counts;
    count_blocks(profile, counts);
    count_allocators(profile, counts);
    std::vector<std::pair<std::string, std::uint64_t>> rows(counts.begin(), counts.end());
    std::ranges::stable_sort(rows, {}, [](const auto& row) { return row.second; });
    for (const auto& [place, count] : rows) out << absl::StrFormat("%7d %s\n", count, escape_text(place));
}

}  // namespace dregs
