// See ledger_report.h.
#include "analyzer/output/ledger_report.h"

#include <absl/strings/str_cat.h>

#include "analyzer/output/escape.h"
#include "analyzer/output/estimate_text.h"
#include "analyzer/output/frame_text.h"
#include "analyzer/output/human.h"
#include "analyzer/output/json_stream.h"
#include "analyzer/output/trace_text.h"

namespace dregs {
namespace {

constexpr std::size_t kFewReleaseSites = 4;
// The order in which sites are eliminated.
constexpr Verdict kPasses[] = {Verdict::kReleased, Verdict::kShared, Verdict::kInFlight, Verdict::kKept};

std::string pass_text(const Ledger& ledger, Verdict verdict) {
    switch (verdict) {
        case Verdict::kReleased:
            return "everything they allocated was released";
        case Verdict::kShared:
            return absl::StrCat(ledger.passes[static_cast<int>(Verdict::kReleased)].sites != 0
                                    ? "the same"
                                    : "everything they allocated was released",
                                ", at a place that takes blocks of other sites, too: a reserve, or a common clean-up");
        case Verdict::kInFlight:
            return absl::StrCat("what is live is no older than their blocks get (known to ",
                                human_duration(ledger.resolution_cs), ")");
        case Verdict::kKept:
            return "what is live was made early on, and none since: caches and tables";
        default:
            return "";
    }
}

std::string words_before(ReleasedHow how) {
    switch (how) {
        case ReleasedHow::kFreed:
            return "freed in ";
        case ReleasedHow::kMoved:
            return "moved by realloc in ";
        case ReleasedHow::kWithPool:
            return "released with their pool, made in ";
        case ReleasedHow::kUnseen:
            return "";
    }
    return "";
}

// A place of release in words, precise where two would read the same otherwise.
std::vector<std::string> place_texts(Profile& profile, const std::vector<ReleaseSite>& sites) {
    std::vector<Frame> frames;
    frames.reserve(sites.size());
    for (const ReleaseSite& site : sites) frames.push_back(profile.namer().site(site.stack));
    std::vector<std::string> texts = site_texts(frames);
    for (std::size_t i = 0; i < sites.size(); ++i) {
        if (!sites[i].title.empty()) texts[i] = escape_text(sites[i].title);
        if (sites[i].how == ReleasedHow::kUnseen) texts[i] = "replaced by another block: the free was not seen";
    }
    return texts;
}

// "900 freed in udp_close_socket  nswapsim.c:44  (nswapsim)"
void add_release_lines(TextTable& table, Profile& profile, const LedgerRow& row, bool all) {
    const std::vector<std::string> places = place_texts(profile, row.released_at);
    const std::size_t shown = all ? places.size() : std::min(places.size(), kFewReleaseSites);
    for (std::size_t i = 0; i < shown; ++i) {
        const ReleaseSite& site = row.released_at[i];
        table.add_line(absl::StrCat(human_count(site.blocks.blocks()), " of ", human_count(row.allocated().blocks()),
                                    " ", words_before(site.how), places[i]));
    }
    if (shown < places.size()) {
        table.add_line(absl::StrCat("... and in ", human_plural(places.size() - shown, "more place", "more places")));
    }
}

std::string rest_text(const Profile& profile, const Ledger& ledger, const LedgerRow& row) {
    std::string text = absl::StrCat(human_count(row.live.blocks()), row.live.blocks() == 1 ? " is" : " are", " not");
    if (profile.status().liveness == Liveness::kExited) return text;
    const auto age = [&](std::uint32_t begin) {
        return human_duration(profile.now_cs() - std::min(profile.now_cs(), begin));
    };
    absl::StrAppend(&text, ", the oldest since ", age(row.oldest_cs), ", the youngest since ", age(row.newest_cs));
    if (!row.released_at.empty())
        absl::StrAppend(&text, "; the others lived ", human_duration(row.usual_cs + ledger.resolution_cs), " at most");
    return text;
}

std::vector<TextTable::Column> columns(bool sampled, bool all) {
    std::vector<TextTable::Column> columns;
    add_number_column(columns, "live", sampled);
    add_number_column(columns, "bytes", sampled);
    columns.push_back({"allocated", Align::kRight});
    columns.push_back({"released", Align::kRight});
    if (all) columns.push_back({"verdict", Align::kLeft});
    columns.push_back({"site", Align::kLeft});
    return columns;
}

void add_row(TextTable& table, Profile& profile, const Ledger& ledger, const LedgerRow& row, const RowText& text,
             bool all) {
    const bool sampled = profile.sample_bytes() != 0;
    const Tally error = row.live.error();
    std::vector<std::string> cells;
    add_count_cells(cells, human_count(row.live.blocks()), error, sampled);
    add_bytes_cells(cells, human_bytes(row.live.bytes()), error, sampled);
    cells.push_back(human_count(row.allocated().blocks()));
    cells.push_back(human_count(row.released.blocks()));
    if (all) cells.push_back(verdict_name(row.verdict));
    const std::size_t site_column = cells.size();
    cells.push_back(text.title);
    table.add_row(std::move(cells));
    if (!is_clean(row.verdict)) table.paint(0, &Palette::red);
    table.paint(site_column, &Palette::bold);
    if (row.title.empty()) add_stack_lines(table, text.frames);
    add_release_lines(table, profile, row, all);
    if (row.live.blocks() != 0) table.add_line(rest_text(profile, ledger, row));
}

void print_passes(std::ostream& out, const Ledger& ledger, const Palette& palette) {
    const std::size_t sites = ledger.rows.size();
    Estimate allocated = ledger.live;
    allocated += ledger.released;
    out << human_plural(sites, "allocation site", "allocation sites") << ", "
        << human_plural(ledger.release_sites, "place of release", "places of release") << ": "
        << human_count(allocated.blocks()) << " allocated = " << human_count(ledger.released.blocks()) << " released + "
        << human_count(ledger.live.blocks()) << " live\n";
    std::size_t left = sites;
    int number = 0;
    for (const Verdict verdict : kPasses) {
        const LedgerPass& pass = ledger.passes[static_cast<int>(verdict)];
        ++number;
        if (pass.sites == 0) continue;
        left -= pass.sites;
        const std::string live =
            pass.live.blocks() == 0 ? "" : absl::StrCat(" (", human_count(pass.live.blocks()), " live)");
        print_flowing(out, palette, &Palette::dim,
                      absl::StrCat("pass ", number, ": ", human_plural(pass.sites, "site", "sites"), ": ",
                                   pass_text(ledger, verdict), live, "; ", human_count(left), " left"));
    }
}

// "3 sites are left: 3 release some of their blocks, 0 none"
void print_left(std::ostream& out, const Ledger& ledger, const Palette& palette) {
    const LedgerPass& suspects = ledger.passes[static_cast<int>(Verdict::kSuspect)];
    const LedgerPass& never = ledger.passes[static_cast<int>(Verdict::kNeverReleased)];
    std::string text;
    if (suspects.sites != 0) {
        text = absl::StrCat(human_plural(suspects.sites, "site releases", "sites release"),
                            " some of its blocks and not others");
        if (suspects.sites != 1)
            text = absl::StrCat(human_count(suspects.sites), " sites release some of their blocks and not others");
    }
    if (never.sites != 0) {
        absl::StrAppend(&text, text.empty() ? "" : ", ", human_count(never.sites),
                        never.sites == 1 ? " site releases" : " sites release", " none");
    }
    out << '\n' << (text.empty() ? "no site is left" : palette.bold(text + ":")) << '\n';
}

void print_rows(std::ostream& out, Profile& profile, const Ledger& ledger, const ReportView& view, bool all) {
    const std::size_t rows = all ? ledger.rows.size() : ledger.rows.size() - ledger.clean_sites();
    const std::size_t shown = view.shown(rows);
    if (shown == 0) return;
    std::vector<RowStack> stacks;
    stacks.reserve(shown);
    for (std::size_t i = 0; i < shown; ++i) {
        stacks.push_back({ledger.rows[i].title, profile.namer().frames(ledger.rows[i].stack, view.frames)});
    }
    const std::vector<RowText> texts = row_texts(std::move(stacks));
    TextTable table(columns(profile.sample_bytes() != 0, all), view.palette);
    for (std::size_t i = 0; i < shown; ++i) add_row(table, profile, ledger, ledger.rows[i], texts[i], all);
    table.print(out);
    print_more(out, shown, rows);
}

void print_places(std::ostream& out, Profile& profile, const std::vector<ReleaseSite>& sites, const char* title) {
    if (sites.empty()) return;
    const std::vector<std::string> places = place_texts(profile, sites);
    const std::size_t shown = std::min(places.size(), kFewReleaseSites);
    out << '\n' << title << '\n';
    for (std::size_t i = 0; i < shown; ++i)
        out << "  " << human_count(sites[i].blocks.blocks()) << " in " << places[i] << '\n';
    if (shown < places.size())
        out << "  ... and in " << human_plural(places.size() - shown, "more place", "more places") << '\n';
}

Json site_json(Profile& profile, const ReleaseSite& site, const ReportView& view) {
    Json json{{"frees", site.blocks.blocks()},
              {"how", how_name(site.how)},
              {"shared", site.shared},
              {"last_cs", site.last_cs},
              {"frames", frames_json(profile.namer().frames(site.stack, view.frames))}};
    if (!site.title.empty()) json["group"] = site.title;
    add_error_json(json, site.blocks, profile.sample_bytes() != 0);
    return json;
}

Json sites_json(Profile& profile, const std::vector<ReleaseSite>& sites, const ReportView& view) {
    Json list = Json::array();
    for (const ReleaseSite& site : sites) list.push_back(site_json(profile, site, view));
    return list;
}

Json row_json(Profile& profile, const LedgerRow& row, const ReportView& view) {
    const bool sampled = profile.sample_bytes() != 0;
    Json json{{"allocs", row.allocated().blocks()},
              {"frees", row.released.blocks()},
              {"live_blocks", row.live.blocks()},
              {"live_bytes", row.live.bytes()},
              {"clean", is_clean(row.verdict)},
              {"verdict", verdict_name(row.verdict)},
              {"overdue_blocks", row.overdue.blocks()},
              {"oldest_cs", row.oldest_cs},
              {"newest_cs", row.newest_cs},
              {"usual_lifetime_cs", row.usual_cs},
              {"frames", frames_json(profile.namer().frames(row.stack, view.frames))},
              {"freed_at", sites_json(profile, row.released_at, view)}};
    if (!row.title.empty()) json["group"] = row.title;
    add_error_json(json, row.live, sampled);
    add_error_json(json, row.released, sampled, "frees_");
    return json;
}

}  // namespace

const char* verdict_name(Verdict verdict) {
    switch (verdict) {
        case Verdict::kSuspect:
            return "suspect";
        case Verdict::kNeverReleased:
            return "never_released";
        case Verdict::kInFlight:
            return "in_flight";
        case Verdict::kKept:
            return "kept";
        case Verdict::kShared:
            return "released_where_others_are";
        case Verdict::kReleased:
            return "released";
    }
    return "";
}

const char* how_name(ReleasedHow how) {
    switch (how) {
        case ReleasedHow::kFreed:
            return "freed";
        case ReleasedHow::kMoved:
            return "moved";
        case ReleasedHow::kWithPool:
            return "with_pool";
        case ReleasedHow::kUnseen:
            return "unseen";
    }
    return "";
}

void print_ledger_text(std::ostream& out, Profile& profile, const Ledger& ledger, const ReportView& view, bool all) {
    print_headline(out, profile, view.palette);
    print_passes(out, ledger, view.palette);
    print_left(out, ledger, view.palette);
    print_rows(out, profile, ledger, view, all);
    print_places(out, profile, ledger.emptied, "pools were emptied or destroyed:");
    print_places(out, profile, ledger.unknown, "frees of blocks that are not known:");
    out << '\n';
    print_losses(out, profile, view.palette);
}

void print_ledger_json(std::ostream& out, Profile& profile, const Ledger& ledger, const ReportView& view,
                       const Symbolizer& symbolizer) {
    JsonStream json(out);
    add_profile_members(json, profile);
    json.member("clean_sites", ledger.clean_sites());
    json.member("free_sites", ledger.release_sites);
    json.member("allocs", ledger.live.blocks() + ledger.released.blocks());
    json.member("frees", ledger.released.blocks());
    json.member("moved", ledger.moved.blocks());
    json.member("resolution_cs", ledger.resolution_cs);
    json.begin_array("sites");
    const std::size_t shown = view.shown(ledger.rows.size());
    for (std::size_t i = 0; i < shown; ++i) json.element(row_json(profile, ledger.rows[i], view));
    json.end_array();
    json.member("unknown_frees_at", sites_json(profile, ledger.unknown, view));
    json.member("pools_emptied_at", sites_json(profile, ledger.emptied, view));
    json.member("warnings", symbolizer.warnings());
    json.finish();
}

}  // namespace dregs
