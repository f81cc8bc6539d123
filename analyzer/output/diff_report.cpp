// See diff_report.h.
#include "analyzer/output/diff_report.h"

#include <absl/strings/str_cat.h>

#include "analyzer/output/escape.h"
#include "analyzer/output/human.h"
#include "analyzer/output/json_stream.h"
#include "analyzer/output/trace_text.h"

namespace dregs {
namespace {

constexpr std::size_t kDeltaColumn = 1;

std::int64_t difference(std::uint64_t now, std::uint64_t before) { return static_cast<std::int64_t>(now - before); }

const char* change_word(Change change) {
    switch (change) {
        case Change::kNew:
            return "new";
        case Change::kGone:
            return "gone";
        case Change::kGrown:
            return "grown";
        case Change::kShrunk:
            return "shrunk";
        case Change::kSame:
            return "same";
    }
    return "";
}

std::vector<Frame> frames_of(const std::vector<Profile*>& profiles, const DiffRow& row, std::size_t limit) {
    return profiles[row.shown_from]->namer().frames(row.row.top_stack, limit);
}

// "12 -> 15 -> 40"
std::string series_text(const DiffRow& row) {
    std::string text;
    for (const Tally& tally : row.series) absl::StrAppend(&text, text.empty() ? "" : " > ", human_count(tally.blocks));
    return text;
}

void print_titles(std::ostream& out, const std::vector<Profile*>& profiles, const Palette& palette) {
    for (std::size_t i = 0; i < profiles.size(); ++i) {
        const char* role = i == 0 ? "old: " : i + 1 == profiles.size() ? "new: " : "     ";
        const Tally& live = profiles[i]->totals().live;
        out << palette.bold(absl::StrCat(role, trace_title(*profiles[i]), ": ",
                                         human_plural(live.blocks, "live block", "live blocks"), ", ",
                                         human_bytes(live.bytes)))
            << '\n';
    }
    out << '\n';
}

void add_row(TextTable& table, const DiffRow& row, const RowText& text, std::size_t rank) {
    table.add_row({absl::StrCat(rank), human_delta(row.delta_blocks), human_byte_delta(row.delta_bytes),
                   series_text(row), change_word(row.change), row.row.scope.empty() ? "-" : escape_text(row.row.scope),
                   text.title});
    if (row.delta_blocks != 0) table.paint(kDeltaColumn, row.delta_blocks > 0 ? &Palette::red : &Palette::green);
    if (row.row.title.empty()) add_stack_lines(table, text.frames);
}

void print_totals(std::ostream& out, const Diff& diff) {
    const Tally& old_total = diff.totals.front();
    const Tally& new_total = diff.totals.back();
    out << "total: " << human_delta(difference(new_total.blocks, old_total.blocks)) << " blocks, "
        << human_byte_delta(difference(new_total.bytes, old_total.bytes)) << " (" << human_count(old_total.blocks)
        << " > " << human_count(new_total.blocks) << " blocks, " << human_bytes(old_total.bytes) << " > "
        << human_bytes(new_total.bytes) << "); " << human_count(diff.new_rows) << " new, "
        << human_count(diff.gone_rows) << " gone\n";
}

Json series_json(const DiffRow& row) {
    Json list = Json::array();
    for (const Tally& tally : row.series) list.push_back({{"blocks", tally.blocks}, {"bytes", tally.bytes}});
    return list;
}

Json row_json(const std::vector<Profile*>& profiles, const DiffRow& row, const ReportView& view) {
    Json json{{"delta_blocks", row.delta_blocks},          {"delta_bytes", row.delta_bytes},
              {"old_blocks", row.oldest().blocks},         {"new_blocks", row.newest().blocks},
              {"old_bytes", row.oldest().bytes},           {"new_bytes", row.newest().bytes},
              {"change", change_word(row.change)},         {"scope", row.row.scope},
              {"outlived_blocks", row.row.outlived.blocks}};
    if (profiles.size() > 2) json["series"] = series_json(row);
    if (!row.row.title.empty()) json["group"] = row.row.title;
    json["frames"] = frames_json(frames_of(profiles, row, view.frames));
    return json;
}

Json diff_totals_json(const Diff& diff) {
    const Tally& old_total = diff.totals.front();
    const Tally& new_total = diff.totals.back();
    return {{"delta_blocks", difference(new_total.blocks, old_total.blocks)},
            {"delta_bytes", difference(new_total.bytes, old_total.bytes)},
            {"old_blocks", old_total.blocks},
            {"new_blocks", new_total.blocks},
            {"old_bytes", old_total.bytes},
            {"new_bytes", new_total.bytes},
            {"new_sites", diff.new_rows},
            {"gone_sites", diff.gone_rows}};
}

}  // namespace

void print_diff_text(std::ostream& out, const std::vector<Profile*>& profiles, const Diff& diff,
                     const ReportView& view) {
    print_titles(out, profiles, view.palette);
    TextTable table({{"rank", Align::kRight},
                     {"blocks", Align::kRight},
                     {"bytes", Align::kRight},
                     {"old > new", Align::kRight},
                     {"", Align::kLeft},
                     {"scope", Align::kLeft},
                     {"site", Align::kLeft}},
                    view.palette);
    const std::size_t shown = view.shown(diff.rows.size());
    std::vector<RowStack> stacks;
    stacks.reserve(shown);
    for (std::size_t i = 0; i < shown; ++i) {
        stacks.push_back({diff.rows[i].row.title, frames_of(profiles, diff.rows[i], view.frames)});
    }
    const std::vector<RowText> texts = row_texts(std::move(stacks));
    for (std::size_t i = 0; i < shown; ++i) add_row(table, diff.rows[i], texts[i], i + 1);
    if (shown != 0) table.print(out);
    if (shown < diff.rows.size()) out << "(" << human_count(diff.rows.size() - shown) << " more: -n 0 shows all)\n";
    out << (shown != 0 ? "\n" : "nothing changed\n");
    print_totals(out, diff);
    print_losses(out, *profiles.back(), view.palette);
}

void print_diff_json(std::ostream& out, const std::vector<Profile*>& profiles, const Diff& diff, const ReportView& view,
                     const Symbolizer& symbolizer) {
    JsonStream json(out);
    json.begin_array("traces");
    for (const Profile* profile : profiles) {
        Json trace = trace_json(*profile);
        trace["totals"] = totals_json(profile->totals());
        trace["loss"] = loss_json(profile->loss());
        json.element(trace);
    }
    json.end_array();
    json.member("totals", diff_totals_json(diff));
    json.begin_array("sites");
    const std::size_t shown = view.shown(diff.rows.size());
    for (std::size_t i = 0; i < shown; ++i) json.element(row_json(profiles, diff.rows[i], view));
    json.end_array();
    json.member("warnings", symbolizer.warnings());
    json.finish();
}

}  // namespace dregs
