// See diff_report.h.
#include "analyzer/output/diff_report.h"

#include <absl/strings/str_cat.h>

#include "analyzer/output/change_text.h"
#include "analyzer/output/escape.h"
#include "analyzer/output/estimate_text.h"
#include "analyzer/output/human.h"
#include "analyzer/output/json_stream.h"
#include "analyzer/output/trace_text.h"

namespace dregs {
namespace {

constexpr std::size_t kDeltaColumn = 1;

bool is_sampled(const std::vector<Profile*>& profiles) { return !sampling_rates(profiles).empty(); }

std::vector<Frame> frames_of(const std::vector<Profile*>& profiles, const DiffRow& row, std::size_t limit) {
    return profiles[row.shown_from]->namer().frames(row.row.top_stack, limit);
}

void print_titles(std::ostream& out, const std::vector<Profile*>& profiles, const Palette& palette) {
    for (std::size_t i = 0; i < profiles.size(); ++i) {
        const char* role = i == 0 ? "old: " : "new: ";
        const Estimate& live = profiles[i]->totals().live;
        const bool sampled = profiles[i]->sample_bytes() != 0;
        print_flowing(
            out, palette, &Palette::bold,
            absl::StrCat(role, trace_title(*profiles[i]), ": ", count_text(live, sampled, "live block", "live blocks"),
                         ", ", bytes_text(live, sampled)));
    }
    for (const std::uint32_t sample_bytes : sampling_rates(profiles)) out << sampling_text(sample_bytes) << '\n';
    out << '\n';
}

std::vector<TextTable::Column> columns(bool sampled) {
    std::vector<TextTable::Column> columns{{"rank", Align::kRight}};
    add_number_column(columns, "blocks", sampled);
    add_number_column(columns, "bytes", sampled);
    add_change_columns(columns);
    return columns;
}

void add_row(TextTable& table, const DiffRow& row, const RowText& text, std::size_t rank, bool sampled) {
    std::vector<std::string> cells{absl::StrCat(rank)};
    add_count_cells(cells, human_delta(row.delta_blocks), row.error, sampled);
    add_bytes_cells(cells, human_byte_delta(row.delta_bytes), row.error, sampled);
    cells.push_back(old_and_new_text(row));
    cells.push_back(absl::StrCat(change_word(row.change), row.within_error ? ", within error" : ""));
    cells.push_back(row.row.scope.empty() ? "-" : escape_text(row.row.scope));
    cells.push_back(text.title);
    table.add_row(std::move(cells));
    if (row.delta_blocks != 0 && !row.within_error) {
        table.paint(kDeltaColumn, row.delta_blocks > 0 ? &Palette::red : &Palette::green);
    }
    if (row.row.title.empty()) add_stack_lines(table, text.frames);
}

Json row_json(const std::vector<Profile*>& profiles, const DiffRow& row, const ReportView& view) {
    Json json = change_json(row, is_sampled(profiles));
    json["frames"] = frames_json(frames_of(profiles, row, view.frames));
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
    print_more(out, shown, diff.rows.size());
    out << (shown != 0 ? "\n" : "nothing changed\n");
    print_change_totals(out, {diff.totals.front(), diff.totals.back(), diff.new_rows, diff.gone_rows}, sampled);
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
    const ChangeTotals totals{diff.totals.front(), diff.totals.back(), diff.new_rows, diff.gone_rows};
    json.member("totals", change_totals_json(totals, !rates.empty()));
    json.begin_array("sites");
    const std::size_t shown = view.shown(diff.rows.size());
    for (std::size_t i = 0; i < shown; ++i) json.element(row_json(profiles, diff.rows[i], view));
    json.end_array();
    json.member("warnings", symbolizer.warnings());
    json.finish();
}

}  // namespace dregs
