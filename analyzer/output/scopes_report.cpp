// See scopes_report.h.
#include "analyzer/output/scopes_report.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

#include "analyzer/output/escape.h"
#include "analyzer/output/estimate_text.h"
#include "analyzer/output/human.h"
#include "analyzer/output/json_stream.h"
#include "analyzer/output/open_sites.h"
#include "analyzer/output/trace_text.h"

namespace dregs {
namespace {

constexpr std::size_t kSurvivorColumn = 4;

// Survivors, their bytes, and in how many instances: of a sampled trace a lower bound, because an instance ends as
// clean when none of its survivors was recorded.
void add_survivor_columns(std::vector<TextTable::Column>& columns, bool sampled) {
    add_number_column(columns, "survivors", sampled);
    add_number_column(columns, "bytes", sampled);
    columns.push_back({sampled ? "in at least" : "in instances", Align::kRight});
}

void add_survivor_cells(std::vector<std::string>& cells, const Estimate& survivors, bool sampled) {
    const Tally error = survivors.error();
    add_count_cells(cells, human_count(survivors.blocks()), error, sampled);
    add_bytes_cells(cells, human_bytes(survivors.bytes()), error, sampled);
}

bool has_pools(const ScopeReport& report) {
    return std::any_of(report.kinds.begin(), report.kinds.end(),
                       [](const auto& kind) { return kind.pool_allocs != 0; });
}

std::vector<TextTable::Column> kind_columns(bool sampled, bool pools) {
    std::vector<TextTable::Column> columns{
        {"kind", Align::kLeft}, {"entered", Align::kRight}, {"left", Align::kRight}, {"open", Align::kRight}};
    add_survivor_columns(columns, sampled);
    add_number_column(columns, "live", sampled);
    if (pools) columns.push_back({"handed out", Align::kRight});
    return columns;
}

void add_kind(TextTable& table, const KindReport& kind, bool sampled, bool pools) {
    const std::string name = std::string(2 * kind.depth, ' ') + escape_text(kind.name) + (kind.pool ? " [pool]" : "");
    std::vector<std::string> cells{name, human_count(kind.entered), human_count(kind.left), human_count(kind.open)};
    add_survivor_cells(cells, kind.survivors, sampled);
    cells.push_back(human_count(kind.survivor_instances));
    add_count_cells(cells, human_count(kind.live.blocks()), kind.live.error(), sampled);
    if (pools) cells.push_back(kind.pool_allocs != 0 ? human_count(kind.pool_allocs) : "-");
    table.add_row(std::move(cells));
    if (kind.survivors.blocks() != 0) table.paint(kSurvivorColumn, &Palette::red);
}

TextTable kind_table(const ScopeReport& report, const Palette& palette, bool sampled) {
    const bool pools = has_pools(report);
    TextTable table(kind_columns(sampled, pools), palette);
    for (const KindReport& kind : report.kinds) add_kind(table, kind, sampled, pools);
    return table;
}

// The first sites of a kind, most first: `cells_of` says what stands before the site itself.
template <class Site, class CellsOf>
void print_sites(std::ostream& out, Profile& profile, std::vector<TextTable::Column> columns,
                 const std::vector<Site>& sites, const ReportView& view, CellsOf cells_of) {
    columns.push_back({"site", Align::kLeft});
    const std::size_t site_column = columns.size() - 1;
    TextTable table(std::move(columns), view.palette);
    const std::size_t shown = view.shown(sites.size());
    std::vector<RowStack> stacks;
    stacks.reserve(shown);
    for (std::size_t i = 0; i < shown; ++i)
        stacks.push_back({"", profile.namer().frames(sites[i].top_stack, view.frames)});
    const std::vector<RowText> texts = row_texts(std::move(stacks));
    for (std::size_t i = 0; i < shown; ++i) {
        std::vector<std::string> cells = cells_of(sites[i]);
        cells.push_back(texts[i].title);
        table.add_row(std::move(cells));
        table.paint(site_column, &Palette::bold);
        add_stack_lines(table, texts[i].frames);
        add_labels_line(table, sites[i].labels);
    }
    table.print(out);
    print_more(out, shown, sites.size());
}

void print_survivor_sites(std::ostream& out, Profile& profile, const KindReport& kind, const ReportView& view) {
    const bool sampled = profile.sample_bytes() != 0;
    std::vector<TextTable::Column> columns;
    add_survivor_columns(columns, sampled);
    print_sites(out, profile, std::move(columns), kind.sites, view, [&](const SurvivorSite& site) {
        std::vector<std::string> cells;
        add_survivor_cells(cells, site.survivors, sampled);
        cells.push_back(absl::StrCat(human_count(site.instances), " of ", human_count(kind.entered)));
        return cells;
    });
}

// "30 blocks outlived request (3,000 B, in 10 of 100 instances):"
std::string survivors_title(const KindReport& kind, bool sampled) {
    return absl::StrCat(count_text(kind.survivors, sampled, "block", "blocks"), " outlived ", escape_text(kind.name),
                        " (", bytes_text(kind.survivors, sampled), sampled ? ", in at least " : ", in ",
                        human_count(kind.survivor_instances), " of ",
                        human_plural(kind.entered, "instance", "instances"), "):");
}

void print_survivors(std::ostream& out, Profile& profile, const ScopeReport& report, const ReportView& view) {
    for (const KindReport& kind : report.kinds) {
        if (kind.sites.empty()) continue;
        out << '\n' << view.palette.bold(survivors_title(kind, profile.sample_bytes() != 0)) << '\n';
        print_survivor_sites(out, profile, kind, view);
    }
}

// "100 pools of apr_pool are still open (5,000 blocks, 312.5 KiB), made at:"
std::string open_title(const KindReport& kind, bool sampled) {
    std::uint64_t open = 0;
    Estimate live;
    for (const OpenSite& site : kind.open_sites) {
        open += site.open;
        live += site.live;
    }
    return absl::StrCat(human_count(open), " of ", escape_text(kind.name), open == 1 ? " is" : " are", " still open (",
                        count_text(live, sampled, "block", "blocks"), ", ", bytes_text(live, sampled), "), made at:");
}

void print_open_sites(std::ostream& out, Profile& profile, const KindReport& kind, const ReportView& view) {
    const bool sampled = profile.sample_bytes() != 0;
    out << '\n' << view.palette.bold(open_title(kind, sampled)) << '\n';
    std::vector<TextTable::Column> columns{{"open", Align::kRight}, {"orphans", Align::kRight}};
    add_number_column(columns, "blocks", sampled);
    add_number_column(columns, "bytes", sampled);
    print_sites(out, profile, std::move(columns), kind.open_sites, view, [&](const OpenSite& site) {
        std::vector<std::string> cells{human_count(site.open), human_count(site.orphans)};
        add_survivor_cells(cells, site.live, sampled);
        return cells;
    });
}

void print_mismatches(std::ostream& out, const KindReport& kind) {
    const std::string name = escape_text(kind.name);
    if (kind.missed_leaves != 0) {
        out << "note: " << name << ": " << human_count(kind.missed_leaves)
            << " ended by an outer scope's leave: their own was missing\n";
    }
    if (kind.abandoned != 0) {
        out << "note: " << name << ": " << human_count(kind.abandoned) << " ended because their thread did\n";
    }
    if (kind.open_on_gone_threads != 0) {
        out << "note: " << name << ": " << human_count(kind.open_on_gone_threads)
            << " still open on threads that are gone\n";
    }
}

Json site_json(Profile& profile, const SurvivorSite& site, const ReportView& view) {
    Json json{{"survivor_blocks", site.survivors.blocks()},
              {"survivor_bytes", site.survivors.bytes()},
              {"instances", site.instances},
              {"labels", site.labels},
              {"frames", frames_json(profile.namer().frames(site.top_stack, view.frames))}};
    add_error_json(json, site.survivors, profile.sample_bytes() != 0);
    return json;
}

Json kind_with_sites_json(Profile& profile, const KindReport& kind, const ReportView& view) {
    Json sites = Json::array();
    for (std::size_t i = 0; i < view.shown(kind.sites.size()); ++i) {
        sites.push_back(site_json(profile, kind.sites[i], view));
    }
    Json open_sites = Json::array();
    for (std::size_t i = 0; i < view.shown(kind.open_sites.size()); ++i) {
        open_sites.push_back(open_site_json(profile, kind.open_sites[i], view));
    }
    Json json = kind_json(kind);
    json["sites"] = std::move(sites);
    json["open_sites"] = std::move(open_sites);
    const bool sampled = profile.sample_bytes() != 0;
    add_error_json(json, kind.survivors, sampled);
    add_error_json(json, kind.live, sampled, "live_");
    return json;
}

}  // namespace

Json kind_json(const KindReport& kind) {
    return {{"name", kind.name},
            {"entered", kind.entered},
            {"left", kind.left},
            {"open", kind.open},
            {"survivor_instances", kind.survivor_instances},
            {"survivor_blocks", kind.survivors.blocks()},
            {"survivor_bytes", kind.survivors.bytes()},
            {"parent", kind.parent},
            {"depth", kind.depth},
            {"pool", kind.pool},
            {"clean", kind.clean},
            {"missed_leaves", kind.missed_leaves},
            {"abandoned", kind.abandoned},
            {"pool_allocs", kind.pool_allocs},
            {"pool_resizes", kind.pool_resizes},
            {"open_on_gone_threads", kind.open_on_gone_threads},
            {"live_blocks", kind.live.blocks()},
            {"live_bytes", kind.live.bytes()}};
}

void print_scopes_text(std::ostream& out, Profile& profile, const ScopeReport& report, const ReportView& view) {
    const bool sampled = profile.sample_bytes() != 0;
    print_headline(out, profile, view.palette);
    if (report.kinds.empty()) {
        out << "no scopes were entered: see dregs/dregs.h for how to mark them\n";
    } else {
        kind_table(report, view.palette, sampled).print(out);
    }
    print_survivors(out, profile, report, view);
    for (const KindReport& kind : report.kinds) {
        if (!kind.open_sites.empty()) print_open_sites(out, profile, kind, view);
    }
    out << '\n'
        << count_text(report.unscoped, sampled, "live block", "live blocks") << " in no scope ("
        << bytes_text(report.unscoped, sampled) << ")\n";
    if (sampled && !report.kinds.empty()) {
        out << "note: sampled: an instance that ended with blocks of which none was recorded counts as clean\n";
    }
    for (const KindReport& kind : report.kinds) print_mismatches(out, kind);
    print_losses(out, profile, view.palette);
}

void print_scopes_json(std::ostream& out, Profile& profile, const ScopeReport& report, const ReportView& view,
                       const Symbolizer& symbolizer) {
    JsonStream json(out);
    const bool sampled = profile.sample_bytes() != 0;
    add_profile_members(json, profile);
    if (sampled) json.member("clean_is_upper_bound", true);
    json.member("survivor_blocks", report.survivors.blocks());
    json.member("survivor_bytes", report.survivors.bytes());
    json.member("unscoped_blocks", report.unscoped.blocks());
    json.member("unscoped_bytes", report.unscoped.bytes());
    Json errors = Json::object();
    add_error_json(errors, report.survivors, sampled, "survivor_");
    add_error_json(errors, report.unscoped, sampled, "unscoped_");
    for (const auto& [key, value] : errors.items()) json.member(key.c_str(), value);
    json.begin_array("kinds");
    for (const KindReport& kind : report.kinds) json.element(kind_with_sites_json(profile, kind, view));
    json.end_array();
    json.member("warnings", symbolizer.warnings());
    json.finish();
}

}  // namespace dregs
