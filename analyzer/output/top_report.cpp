// See top_report.h.
#include "analyzer/output/top_report.h"

#include <absl/strings/str_cat.h>

#include "analyzer/output/escape.h"
#include "analyzer/output/human.h"
#include "analyzer/output/json_stream.h"
#include "analyzer/output/trace_text.h"

namespace dregs {
namespace {

constexpr std::size_t kOutlivedColumn = 4;
constexpr std::size_t kWhatColumn = 6;

std::vector<TextTable::Column> columns() {
    return {{"rank", Align::kRight},     {"live", Align::kRight}, {"bytes", Align::kRight}, {"share", Align::kRight},
            {"outlived", Align::kRight}, {"scope", Align::kLeft}, {"site", Align::kLeft}};
}

void add_row(TextTable& table, const Row& row, const RowText& text, std::size_t rank, std::uint64_t whole) {
    table.add_row({absl::StrCat(rank), human_count(row.live.blocks), human_bytes(row.live.bytes),
                   human_share(row.live.blocks, whole), human_count(row.outlived.blocks),
                   row.scope.empty() ? "-" : escape_text(row.scope), text.title});
    if (row.outlived.blocks != 0) table.paint(kOutlivedColumn, &Palette::red);
    table.paint(kWhatColumn, &Palette::bold);
    if (!row.title.empty()) {
        table.add_line(absl::StrCat("in ", human_plural(row.stacks, "stack", "stacks")));
        return;
    }
    add_stack_lines(table, text.frames);
    if (row.stacks > 1) {
        table.add_line(absl::StrCat("... and ", human_plural(row.stacks - 1, "more stack", "more stacks")));
    }
}

Json scope_shares_json(const std::vector<KindShare>& shares) {
    Json list = Json::array();
    for (const KindShare& share : shares) {
        list.push_back({{"kind", share.kind},
                        {"live_blocks", share.live.blocks},
                        {"live_bytes", share.live.bytes},
                        {"outlived_blocks", share.outlived.blocks},
                        {"outlived_bytes", share.outlived.bytes}});
    }
    return list;
}

Json row_json(Profile& profile, const Row& row, const ReportView& view) {
    Json json{{"live_blocks", row.live.blocks},
              {"live_bytes", row.live.bytes},
              {"outlived_blocks", row.outlived.blocks},
              {"outlived_bytes", row.outlived.bytes},
              {"scope", row.scope},
              {"scopes", scope_shares_json(row.scopes)},
              {"stacks", row.stacks},
              {"oldest_cs", row.oldest_cs},
              {"newest_cs", row.newest_cs},
              {"cut", profile.namer().cut_reason(row.top_stack)},
              {"frames", frames_json(profile.namer().frames(row.top_stack, view.frames))}};
    if (!row.title.empty()) json["group"] = row.title;
    return json;
}

}  // namespace

void print_top_text(std::ostream& out, Profile& profile, const std::vector<Row>& rows, const ReportView& view) {
    print_headline(out, profile, view.palette);
    TextTable table(columns(), view.palette);
    const std::size_t shown = view.shown(rows.size());
    std::vector<RowStack> stacks;
    stacks.reserve(shown);
    for (std::size_t i = 0; i < shown; ++i) {
        stacks.push_back({rows[i].title, profile.namer().frames(rows[i].top_stack, view.frames)});
    }
    const std::vector<RowText> texts = row_texts(std::move(stacks));
    for (std::size_t i = 0; i < shown; ++i) {
        add_row(table, rows[i], texts[i], i + 1, profile.totals().live.blocks);
    }
    if (shown != 0) table.print(out);
    if (shown < rows.size()) out << "(" << human_count(rows.size() - shown) << " more: -n 0 shows all)\n";
    if (shown != 0) out << '\n';
    print_losses(out, profile, view.palette);
}

void print_top_json(std::ostream& out, Profile& profile, const std::vector<Row>& rows, const ReportView& view,
                    const Symbolizer& symbolizer) {
    JsonStream json(out);
    json.member("trace", trace_json(profile));
    json.member("totals", totals_json(profile.totals()));
    json.member("loss", loss_json(profile.loss()));
    json.begin_array("sites");
    const std::size_t shown = view.shown(rows.size());
    for (std::size_t i = 0; i < shown; ++i) json.element(row_json(profile, rows[i], view));
    json.end_array();
    json.member("warnings", symbolizer.warnings());
    json.finish();
}

}  // namespace dregs
