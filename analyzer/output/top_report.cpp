// See top_report.h.
#include "analyzer/output/top_report.h"

#include <absl/strings/str_cat.h>

#include "analyzer/output/escape.h"
#include "analyzer/output/estimate_text.h"
#include "analyzer/output/human.h"
#include "analyzer/output/json_stream.h"
#include "analyzer/output/open_sites.h"
#include "analyzer/output/trace_text.h"

namespace dregs {
namespace {

std::vector<TextTable::Column> columns(bool sampled) {
    std::vector<TextTable::Column> columns{{"rank", Align::kRight}};
    add_number_column(columns, "live", sampled);
    add_number_column(columns, "bytes", sampled);
    columns.push_back({"share", Align::kRight});
    columns.push_back({"outlived", Align::kRight});
    columns.push_back({"scope", Align::kLeft});
    columns.push_back({"site", Align::kLeft});
    return columns;
}

void add_stacks(TextTable& table, const Row& row, const RowText& text) {
    if (!row.title.empty()) {
        table.add_line(absl::StrCat("in ", human_plural(row.stacks, "stack", "stacks")));
        return;
    }
    add_stack_lines(table, text.frames);
    if (row.stacks > 1) {
        table.add_line(absl::StrCat("... and ", human_plural(row.stacks - 1, "more stack", "more stacks")));
    }
}

void add_row(TextTable& table, const Row& row, const RowText& text, std::size_t rank, const Totals& totals) {
    const bool sampled = totals.sample_bytes != 0;
    const Tally error = row.live.error();
    std::vector<std::string> cells{absl::StrCat(rank)};
    add_count_cells(cells, human_count(row.live.blocks()), error, sampled);
    add_bytes_cells(cells, human_bytes(row.live.bytes()), error, sampled);
    cells.push_back(human_share(row.live.blocks(), totals.live.blocks()));
    const std::size_t outlived_column = cells.size();
    cells.push_back(human_count(row.outlived.blocks()));
    cells.push_back(row.scope.empty() ? "-" : escape_text(row.scope));
    const std::size_t what_column = cells.size();
    cells.push_back(text.title);
    table.add_row(std::move(cells));
    if (row.outlived.blocks() != 0) table.paint(outlived_column, &Palette::red);
    table.paint(what_column, &Palette::bold);
    add_stacks(table, row, text);
    add_labels_line(table, row.labels);
}

void add_live_errors(Json& json, const Estimate& live, const Estimate& outlived, bool sampled) {
    add_error_json(json, live, sampled);
    add_error_json(json, outlived, sampled, "outlived_");
}

Json scope_shares_json(const std::vector<KindShare>& shares, bool sampled) {
    Json list = Json::array();
    for (const KindShare& share : shares) {
        Json json{{"kind", share.kind},
                  {"live_blocks", share.live.blocks()},
                  {"live_bytes", share.live.bytes()},
                  {"outlived_blocks", share.outlived.blocks()},
                  {"outlived_bytes", share.outlived.bytes()}};
        add_live_errors(json, share.live, share.outlived, sampled);
        list.push_back(std::move(json));
    }
    return list;
}

Json row_json(Profile& profile, const Row& row, const ReportView& view) {
    const bool sampled = profile.sample_bytes() != 0;
    Json json{{"live_blocks", row.live.blocks()},
              {"live_bytes", row.live.bytes()},
              {"outlived_blocks", row.outlived.blocks()},
              {"outlived_bytes", row.outlived.bytes()},
              {"scope", row.scope},
              {"labels", row.labels},
              {"scopes", scope_shares_json(row.scopes, sampled)},
              {"stacks", row.stacks},
              {"oldest_cs", row.oldest_cs},
              {"newest_cs", row.newest_cs},
              {"cut", profile.namer().cut_reason(row.top_stack)},
              {"frames", frames_json(profile.namer().frames(row.top_stack, view.frames))}};
    if (!row.title.empty()) json["group"] = row.title;
    add_live_errors(json, row.live, row.outlived, sampled);
    return json;
}

}  // namespace

void print_top_text(std::ostream& out, Profile& profile, const std::vector<Row>& rows, const ReportView& view) {
    print_headline(out, profile, view.palette);
    TextTable table(columns(profile.sample_bytes() != 0), view.palette);
    const std::size_t shown = view.shown(rows.size());
    std::vector<RowStack> stacks;
    stacks.reserve(shown);
    for (std::size_t i = 0; i < shown; ++i) {
        stacks.push_back({rows[i].title, profile.namer().frames(rows[i].top_stack, view.frames)});
    }
    const std::vector<RowText> texts = row_texts(std::move(stacks));
    for (std::size_t i = 0; i < shown; ++i) add_row(table, rows[i], texts[i], i + 1, profile.totals());
    if (shown != 0) table.print(out);
    if (rows.empty() && profile.totals().live.blocks() != 0) out << "none of them matches\n\n";
    print_more(out, shown, rows.size());
    if (shown != 0) out << '\n';
    print_open_pools(out, profile, find_open_pools(profile), view);
    print_losses(out, profile, view.palette);
}

void print_top_json(std::ostream& out, Profile& profile, const std::vector<Row>& rows, const ReportView& view,
                    const Symbolizer& symbolizer) {
    JsonStream json(out);
    add_profile_members(json, profile);
    json.begin_array("sites");
    const std::size_t shown = view.shown(rows.size());
    for (std::size_t i = 0; i < shown; ++i) json.element(row_json(profile, rows[i], view));
    json.end_array();
    json.member("open_pools", open_pools_json(profile, find_open_pools(profile), view));
    json.member("warnings", symbolizer.warnings());
    json.finish();
}

}  // namespace dregs
