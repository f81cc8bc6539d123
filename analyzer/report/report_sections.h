// The parts of a report that are no long tables: scopes, growth, ledger, as JSON for the page.
//
// Sites are numbers of CellNames, frames numbers of the pool. Estimates come as in the other JSON outputs.
#pragma once

#include <vector>

#include "analyzer/analysis/ledger.h"
#include "analyzer/analysis/scope_report.h"
#include "analyzer/analysis/trend_table.h"
#include "analyzer/output/json_stream.h"
#include "analyzer/report/live_cells.h"

namespace dregs {

// Of a stack that the tree need not have. To say that there are more, one more is asked for.
inline constexpr std::size_t kSectionFrames = 12;

struct SectionMaker {
    Profile& profile;
    ProfileStacks& stacks;
    FramePool& pool;
    CellNames& names;

    Json scopes_json(const ScopeReport& report);
    // `judged`: there are moments enough for a trend.
    Json growth_json(const Trends& trends, const std::vector<std::vector<Estimate>>& by_kind, bool judged);
    Json ledger_json(const Ledger& ledger);

  private:
    Json frames_of(std::uint32_t stack);
    Json survivor_json(const SurvivorSite& site);
    Json open_json(const OpenSite& site);
    Json kind_with_sites_json(const KindReport& kind);
    Json growth_row_json(const TrendRow& row, const Trends& trends, bool judged);
    Json release_json(const ReleaseSite& site);
    Json ledger_row_json(const LedgerRow& row);
};

// What is live by kind of scope; one a name in `kinds`, as far as they are known by then.
std::vector<Estimate> live_by_kind(Profile& profile, NameList& kinds);

}  // namespace dregs
