// See scopes_report.h.
#include "analyzer/output/scopes_report.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include "analyzer/output/escape.h"
#include "analyzer/output/human.h"
#include "analyzer/output/json_stream.h"
#include "analyzer/output/trace_text.h"

namespace dregs {
namespace {

constexpr std::size_t kSurvivorColumn = 4;
constexpr std::size_t kSiteColumn = 3;

TextTable kind_table(const ScopeReport& report, const Palette& palette) {
    TextTable table({{"kind", Align::kLeft},
                     {"entered", Align::kRight},
                     {"left", Align::kRight},
                     {"open", Align::kRight},
                     {"survivors", Align::kRight},
                     {"bytes", Align::kRight},
                     {"in instances", Align::kRight},
                     {"live", Align::kRight}},
                    palette);
    for (const KindReport& kind : report.kinds) {
        const std::string name =
            std::string(2 * kind.depth, ' ') + escape_text(kind.name) + (kind.pool ? " [pool]" : "");
        table.add_row({name, human_count(kind.entered), human_count(kind.left), human_count(kind.open),
                       human_count(kind.survivors.blocks), human_bytes(kind.survivors.bytes),
                       human_count(kind.survivor_instances), human_count(kind.live.blocks)});
        if (kind.survivors.blocks != 0) table.paint(kSurvivorColumn, &Palette::red);
    }
    return table;
}

void add_site(TextTable& table, const KindReport& kind, const SurvivorSite& site, const RowText& text) {
    table.add_row({human_count(site.survivors.blocks), human_bytes(site.survivors.bytes),
                   absl::StrCat(human_count(site.instances), " of ", human_count(kind.entered)), text.title});
    table.paint(kSiteColumn, &Palette::bold);
    add_stack_lines(table, text.frames);
    if (!site.labels.empty()) table.add_line("such as: " + escape_text(absl::StrJoin(site.labels, ", ")));
}

void print_site_table(std::ostream& out, Profile& profile, const KindReport& kind, const ReportView& view) {
    TextTable table({{"survivors", Align::kRight},
                     {"bytes", Align::kRight},
                     {"in instances", Align::kRight},
                     {"site", Align::kLeft}},
                    view.palette);
    const std::size_t shown = view.shown(kind.sites.size());
    std::vector<RowStack> stacks;
    stacks.reserve(shown);
    for (std::size_t i = 0; i < shown; ++i) {
        stacks.push_back({"", profile.namer().frames(kind.sites[i].top_stack, view.frames)});
    }
    const std::vector<RowText> texts = row_texts(std::move(stacks));
    for (std::size_t i = 0; i < shown; ++i) add_site(table, kind, kind.sites[i], texts[i]);
    table.print(out);
    if (shown < kind.sites.size()) out << "(" << human_count(kind.sites.size() - shown) << " more: -n 0 shows all)\n";
}

void print_survivors(std::ostream& out, Profile& profile, const ScopeReport& report, const ReportView& view) {
    for (const KindReport& kind : report.kinds) {
        if (kind.sites.empty()) continue;
        out << '\n'
            << view.palette.bold(absl::StrCat(human_plural(kind.survivors.blocks, "block", "blocks"), " outlived ",
                                              escape_text(kind.name), " (", human_bytes(kind.survivors.bytes), ", in ",
                                              human_count(kind.survivor_instances), " of ",
                                              human_plural(kind.entered, "instance", "instances"), "):"))
            << '\n';
        print_site_table(out, profile, kind, view);
    }
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
    return {{"survivor_blocks", site.survivors.blocks},
            {"survivor_bytes", site.survivors.bytes},
            {"instances", site.instances},
            {"labels", site.labels},
            {"frames", frames_json(profile.namer().frames(site.top_stack, view.frames))}};
}

Json kind_json(Profile& profile, const KindReport& kind, const ReportView& view) {
    Json sites = Json::array();
    for (std::size_t i = 0; i < view.shown(kind.sites.size()); ++i) {
        sites.push_back(site_json(profile, kind.sites[i], view));
    }
    return {{"name", kind.name},
            {"entered", kind.entered},
            {"left", kind.left},
            {"open", kind.open},
            {"survivor_instances", kind.survivor_instances},
            {"survivor_blocks", kind.survivors.blocks},
            {"survivor_bytes", kind.survivors.bytes},
            {"parent", kind.parent},
            {"depth", kind.depth},
            {"pool", kind.pool},
            {"clean", kind.clean},
            {"missed_leaves", kind.missed_leaves},
            {"abandoned", kind.abandoned},
            {"open_on_gone_threads", kind.open_on_gone_threads},
            {"live_blocks", kind.live.blocks},
            {"live_bytes", kind.live.bytes},
            {"sites", std::move(sites)}};
}

}  // namespace

void print_scopes_text(std::ostream& out, Profile& profile, const ScopeReport& report, const ReportView& view) {
    print_headline(out, profile, view.palette);
    if (report.kinds.empty()) {
        out << "no scopes were entered: see dregs/dregs.h for how to mark them\n";
    } else {
        kind_table(report, view.palette).print(out);
    }
    print_survivors(out, profile, report, view);
    out << '\n'
        << human_plural(report.unscoped.blocks, "live block", "live blocks") << " in no scope ("
        << human_bytes(report.unscoped.bytes) << ")\n";
    for (const KindReport& kind : report.kinds) print_mismatches(out, kind);
    print_losses(out, profile, view.palette);
}

void print_scopes_json(std::ostream& out, Profile& profile, const ScopeReport& report, const ReportView& view,
                       const Symbolizer& symbolizer) {
    JsonStream json(out);
    json.member("trace", trace_json(profile));
    json.member("totals", totals_json(profile.totals()));
    json.member("loss", loss_json(profile.loss()));
    json.member("survivor_blocks", report.survivors.blocks);
    json.member("survivor_bytes", report.survivors.bytes);
    json.member("unscoped_blocks", report.unscoped.blocks);
    json.member("unscoped_bytes", report.unscoped.bytes);
    json.begin_array("kinds");
    for (const KindReport& kind : report.kinds) json.element(kind_json(profile, kind, view));
    json.end_array();
    json.member("warnings", symbolizer.warnings());
    json.finish();
}

}  // namespace dregs
