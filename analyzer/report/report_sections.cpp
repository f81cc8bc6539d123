// See report_sections.h.
#include "analyzer/report/report_sections.h"

#include "analyzer/output/ledger_report.h"
#include "analyzer/output/scopes_report.h"
#include "analyzer/output/trend_text.h"

namespace dregs {
namespace {

constexpr std::size_t kGrowthRows = 2000;   // with a series each; the others are counted
constexpr std::size_t kReleasePlaces = 32;  // of a row; likewise

Json series_json(const std::vector<Estimate>& series, bool bytes) {
    Json list = Json::array();
    for (const Estimate& live : series) list.push_back(bytes ? live.bytes() : live.blocks());
    return list;
}

// Null at the end: there are more.
Json cut_json(std::vector<std::uint32_t> frames) {
    const bool cut = frames.size() > kSectionFrames;
    if (cut) frames.resize(kSectionFrames);
    Json list = std::move(frames);
    if (cut) list.push_back(nullptr);
    return list;
}

}  // namespace

Json SectionMaker::frames_of(std::uint32_t stack) { return cut_json(stacks.frames(stack, kSectionFrames + 1)); }

Json SectionMaker::survivor_json(const SurvivorSite& site) {
    return {{"site", names.sites.add(site.key)},
            {"blocks", site.survivors.blocks()},
            {"bytes", site.survivors.bytes()},
            {"instances", site.instances},
            {"labels", site.labels},
            {"frames", frames_of(site.top_stack)}};
}

Json SectionMaker::open_json(const OpenSite& site) {
    return {{"open", site.open},          {"orphans", site.orphans}, {"blocks", site.live.blocks()},
            {"bytes", site.live.bytes()}, {"labels", site.labels},   {"frames", frames_of(site.top_stack)}};
}

Json SectionMaker::kind_with_sites_json(const KindReport& kind) {
    Json json = kind_json(kind);
    Json sites = Json::array();
    for (const SurvivorSite& site : kind.sites) sites.push_back(survivor_json(site));
    Json open_sites = Json::array();
    for (const OpenSite& site : kind.open_sites) open_sites.push_back(open_json(site));
    json["sites"] = std::move(sites);
    json["open_sites"] = std::move(open_sites);
    return json;
}

Json SectionMaker::scopes_json(const ScopeReport& report) {
    Json kinds = Json::array();
    for (const KindReport& kind : report.kinds) kinds.push_back(kind_with_sites_json(kind));
    return {{"kinds", std::move(kinds)},
            {"survivor_blocks", report.survivors.blocks()},
            {"survivor_bytes", report.survivors.bytes()},
            {"unscoped_blocks", report.unscoped.blocks()},
            {"unscoped_bytes", report.unscoped.bytes()}};
}

Json SectionMaker::growth_row_json(const TrendRow& row, const Trends& trends, bool judged) {
    const double unit = rate_unit(trends).length;
    std::vector<std::uint32_t> frames;
    for (const Frame& frame : row.frames) frames.push_back(pool.add(frame));
    Json json{{"site", names.sites.add(row.diff.row.key)},  {"frames", cut_json(std::move(frames))},
              {"delta_blocks", row.diff.delta_blocks},      {"delta_bytes", row.diff.delta_bytes},
              {"within_error", row.diff.within_error},      {"blocks", series_json(row.diff.series, false)},
              {"bytes", series_json(row.diff.series, true)}};
    if (!judged) return json;
    json["trend"] = course_word(row.course);
    json["blocks_rate"] = row.blocks.late_rate * unit;
    json["bytes_rate"] = row.bytes.late_rate * unit;
    return json;
}

Json SectionMaker::growth_json(const Trends& trends, const std::vector<std::vector<Estimate>>& by_kind, bool judged) {
    Json rows = Json::array();
    for (std::size_t i = 0; i < std::min(kGrowthRows, trends.rows.size()); ++i) {
        rows.push_back(growth_row_json(trends.rows[i], trends, judged));
    }
    Json kinds = Json::array();
    for (std::size_t kind = 0; kind < names.kinds.names().size(); ++kind) {
        std::vector<Estimate> series;
        series.reserve(by_kind.size());
        for (const std::vector<Estimate>& moment : by_kind) {
            series.push_back(kind < moment.size() ? moment[kind] : Estimate());
        }
        kinds.push_back({{"blocks", series_json(series, false)}, {"bytes", series_json(series, true)}});
    }
    return {{"timed", trends.timed},
            {"at", trends.at},
            {"judged", trends.judged},
            {"unit", rate_unit(trends).name},
            {"kinds", std::move(kinds)},
            {"blocks", series_json(trends.totals, false)},
            {"bytes", series_json(trends.totals, true)},
            {"rows", std::move(rows)},
            {"rows_left_out", trends.rows.size() - std::min(kGrowthRows, trends.rows.size())},
            {"new_rows", trends.new_rows},
            {"gone_rows", trends.gone_rows}};
}

Json SectionMaker::release_json(const ReleaseSite& site) {
    return {{"how", how_name(site.how)}, {"blocks", site.blocks.blocks()}, {"frames", frames_of(site.stack)}};
}

Json SectionMaker::ledger_row_json(const LedgerRow& row) {
    Json places = Json::array();
    for (std::size_t i = 0; i < std::min(kReleasePlaces, row.released_at.size()); ++i) {
        places.push_back(release_json(row.released_at[i]));
    }
    return {{"site", names.sites.add(row.key)},
            {"verdict", verdict_name(row.verdict)},
            {"frames", frames_of(row.stack)},
            {"live_blocks", row.live.blocks()},
            {"live_bytes", row.live.bytes()},
            {"allocated", row.allocated().blocks()},
            {"released", row.released.blocks()},
            {"overdue", row.overdue.blocks()},
            {"usual_cs", row.usual_cs},
            {"places", std::move(places)},
            {"places_left_out", row.released_at.size() - std::min(kReleasePlaces, row.released_at.size())}};
}

Json SectionMaker::ledger_json(const Ledger& ledger) {
    Json rows = Json::array();
    for (const LedgerRow& row : ledger.rows) rows.push_back(ledger_row_json(row));
    Json unknown = Json::array();
    for (const ReleaseSite& site : ledger.unknown) unknown.push_back(release_json(site));
    return {{"rows", std::move(rows)},
            {"clean_sites", ledger.clean_sites()},
            {"release_sites", ledger.release_sites},
            {"live", ledger.live.blocks()},
            {"released", ledger.released.blocks()},
            {"moved", ledger.moved.blocks()},
            {"unknown_frees_at", std::move(unknown)}};
}

std::vector<Estimate> live_by_kind(Profile& profile, NameList& kinds) {
    std::vector<Estimate> sums;
    for (std::size_t i = 0; i < profile.live().cells(); ++i) {
        const LiveCell cell = profile.live().cell(i);
        const std::size_t kind = kinds.add(profile.kind_name(profile.scopes().facts(cell.scope).kind));
        if (sums.size() <= kind) sums.resize(kind + 1);
        sums[kind] += cell.live;
    }
    return sums;
}

}  // namespace dregs
