// See diff_report.h.
#include "analyzer/output/diff_report.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include "analyzer/output/escape.h"
#include "analyzer/output/estimate_text.h"
#include "analyzer/output/human.h"
#include "analyzer/output/json_stream.h"
#include "analyzer/output/trace_text.h"

namespace dregs {
namespace {

constexpr std::size_t kDeltaColumn = 1;

bool is_sampled(const std::vector<Profile*>& profiles) { return !sampling_rates(profiles).empty(); }

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
    for (const Estimate& live : row.series)
        absl::StrAppend(&text, text.empty() ? "" : " > ", human_count(live.blocks()));
    return text;
}

void print_titles(std::ostream& out, const std::vector<Profile*>& profiles, const Palette& palette) {
    for (std::size_t i = 0; i < profiles.size(); ++i) {
        const char* role = i == 0 ? "old: " : i + 1 == profiles.size() ? "new: " : "     ";
        const Estimate& live = profiles[i]->totals().live;
        const bool sampled = profiles[i]->sample_bytes() != 0;
        out << palette.bold(absl::StrCat(role, trace_title(*profiles[i]), ": ",
                                         count_text(live, sampled, "live block", "live blocks"), ", ",
                                         bytes_text(live, sampled)))
            << '\n';
    }
    for (const std::uint32_t sample_bytes : sampling_rates(profiles)) out << sampling_text(sample_bytes) << '\n';
    out << '\n';
}

std::vector<TextTable::Column> columns(bool sampled) {
    std::vector<TextTable::Column> columns{{"rank", Align::kRight}};
    add_number_column(columns, "blocks", sampled);
    add_number_column(columns, "bytes", sampled);
    columns.push_back({"old > new", Align::kRight});
    columns.push_back({"", Align::kLeft});
    columns.push_back({"scope", Align::kLeft});
    columns.push_back({"site", Align::kLeft});
    return columns;
}

void add_row(TextTable& table, const DiffRow& row, const RowText& text, std::size_t rank, bool sampled) {
    std::vector<std::string> cells{absl::StrCat(rank)};
    add_count_cells(cells, human_delta(row.delta_blocks), row.error, sampled);
    add_bytes_cells(cells, human_byte_delta(row.delta_bytes), row.error, sampled);
    cells.push_back(series_text(row));
    cells.push_back(absl::StrCat(change_word(row.change), row.within_error ? ", within error" : ""));
    cells.push_back(row.row.scope.empty() ? "-" : escape_text(row.row.scope));
    cells.push_back(text.title);
    table.add_row(std::move(cells));
    if (row.delta_blocks != 0 && !row.within_error) {
        table.paint(kDeltaColumn, row.delta_blocks > 0 ? &Palette::red : &Palette::green);
    }
    if (row.row.title.empty()) add_stack_lines(table, text.frames);
}

void print_totals(std::ostream& out, const Diff& diff, bool sampled) {
    const Tally old_total = diff.totals.front().rounded();
    const Tally new_total = diff.totals.back().rounded();
    const Tally error = difference_error(diff.totals.front(), diff.totals.back());
    std::vector<std::string> delta;
    add_count_cells(delta, human_delta(difference(new_total.blocks, old_total.blocks)), error, sampled);
    delta.emplace_back("blocks,");
    add_bytes_cells(delta, human_byte_delta(difference(new_total.bytes, old_total.bytes)), error, sampled);
    out << "total: " << absl::StrJoin(delta, " ") << " (" << human_count(old_total.blocks) << " > "
        << human_count(new_total.blocks) << " blocks, " << human_bytes(old_total.bytes) << " > "
        << human_bytes(new_total.bytes) << "); " << human_count(diff.new_rows) << " new, "
        << human_count(diff.gone_rows) << " gone\n";
}

Json series_json(const DiffRow& row, bool sampled) {
    Json list = Json::array();
    for (const Estimate& live : row.series) {
        Json json{{"blocks", live.blocks()}, {"bytes", live.bytes()}};
        add_error_json(json, live, sampled);
        list.push_back(std::move(json));
    }
    return list;
}

// Of the change, and of both sides.
void add_change_errors(Json& json, const Estimate& before, const Estimate& now, bool sampled) {
    if (!sampled) return;
    const Tally error = difference_error(before, now);
    json["count_error"] = error.blocks;
    json["bytes_error"] = error.bytes;
    add_error_json(json, before, sampled, "old_");
    add_error_json(json, now, sampled, "new_");
    json["sampled_blocks"] = before.recorded().blocks + now.recorded().blocks;
}

Json row_json(const std::vector<Profile*>& profiles, const DiffRow& row, const ReportView& view) {
    const bool sampled = is_sampled(profiles);
    Json json{{"delta_blocks", row.delta_blocks},
              {"delta_bytes", row.delta_bytes},
              {"old_blocks", row.oldest().blocks()},
              {"new_blocks", row.newest().blocks()},
              {"old_bytes", row.oldest().bytes()},
              {"new_bytes", row.newest().bytes()},
              {"change", change_word(row.change)},
              {"scope", row.row.scope},
              {"outlived_blocks", row.row.outlived.blocks()}};
    add_change_errors(json, row.oldest(), row.newest(), sampled);
    add_error_json(json, row.row.outlived, sampled, "outlived_");
    if (sampled) json["within_error"] = row.within_error;
    if (profiles.size() > 2) json["series"] = series_json(row, sampled);
    if (!row.row.title.empty()) json["group"] = row.row.title;
    json["frames"] = frames_json(frames_of(profiles, row, view.frames));
    return json;
}

Json diff_totals_json(const Diff& diff, bool sampled) {
    const Tally old_total = diff.totals.front().rounded();
    const Tally new_total = diff.totals.back().rounded();
    Json json{{"delta_blocks", difference(new_total.blocks, old_total.blocks)},
              {"delta_bytes", difference(new_total.bytes, old_total.bytes)},
              {"old_blocks", old_total.blocks},
              {"new_blocks", new_total.blocks},
              {"old_bytes", old_total.bytes},
              {"new_bytes", new_total.bytes},
              {"new_sites", diff.new_rows},
              {"gone_sites", diff.gone_rows}};
    add_change_errors(json, diff.totals.front(), diff.totals.back(), sampled);
    return json;
}

}  // namespace

void print_diff_text(std::ostream& out, const std::vector<Profile*>& profiles, const Diff& diff,
                     const ReportView& view) {
    print_titles(out, profiles, view.palette);
    const bool sampled = is_sampled(profiles);
    TextTable table(columns(sampled), view.palette);
    const std::size_t shown = view.shown(diff.rows.size());
    std::vector<RowStack> stacks;
    stacks.reserve(shown);
    for (std::size_t i = 0; i < shown; ++i) {
        stacks.push_back({diff.rows[i].row.title, frames_of(profiles, diff.rows[i], view.frames)});
    }
    const std::vector<RowText> texts = row_texts(std::move(stacks));
    for (std::size_t i = 0; i < shown; ++i) add_row(table, diff.rows[i], texts[i], i + 1, sampled);
    if (shown != 0) table.print(out);
    if (shown < diff.rows.size()) out << "(" << human_count(diff.rows.size() - shown) << " more: -n 0 shows all)\n";
    out << (shown != 0 ? "\n" : "nothing changed\n");
    print_totals(out, diff, sampled);
    print_losses(out, *profiles.back(), view.palette);
}

void print_diff_json(std::ostream& out, const std::vector<Profile*>& profiles, const Diff& diff, const ReportView& view,
                     const Symbolizer& symbolizer) {
    const std::vector<std::uint32_t> rates = sampling_rates(profiles);
    JsonStream json(out);
    json.member("sample_bytes", rates.empty() ? 0 : rates.back());
    json.begin_array("traces");
    for (const Profile* profile : profiles) {
        Json trace = trace_json(*profile);
        trace["sample_bytes"] = profile->sample_bytes();
        trace["totals"] = totals_json(profile->totals());
        trace["loss"] = loss_json(profile->loss());
        json.element(trace);
    }
    json.end_array();
    json.member("totals", diff_totals_json(diff, !rates.empty()));
    json.begin_array("sites");
    const std::size_t shown = view.shown(diff.rows.size());
    for (std::size_t i = 0; i < shown; ++i) json.element(row_json(profiles, diff.rows[i], view));
    json.end_array();
    json.member("warnings", symbolizer.warnings());
    json.finish();
}

}  // namespace dregs
