// See trend_report.h.
#include "analyzer/output/trend_report.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "analyzer/output/change_text.h"
#include "analyzer/output/escape.h"
#include "analyzer/output/estimate_text.h"
#include "analyzer/output/human.h"
#include "analyzer/output/trace_text.h"
#include "analyzer/output/trend_text.h"

namespace dregs {
namespace {

constexpr std::size_t kCourseColumn = 1;
constexpr std::size_t kMostTitles = 6;

std::vector<TextTable::Column> columns(const RateUnit& unit, bool sampled) {
    std::vector<TextTable::Column> columns{{"rank", Align::kRight}, {"trend", Align::kLeft}};
    columns.push_back({absl::StrCat("blocks/", unit.name), Align::kRight});
    add_number_column(columns, "blocks", sampled);
    add_number_column(columns, "bytes", sampled);
    add_change_columns(columns);
    return columns;
}

TextTable::Paint paint_of(Course course) {
    if (course == Course::kGrows) return &Palette::red;
    return course == Course::kUnclear ? &Palette::yellow : &Palette::dim;
}

std::string moments_text(const Trends& trends) {
    const auto judged = static_cast<std::size_t>(std::count(trends.judged.begin(), trends.judged.end(), true));
    std::string text = human_plural(trends.at.size(), "moment", "moments");
    if (trends.timed) {
        absl::StrAppend(&text, " in ", human_duration(static_cast<std::uint64_t>(std::min(trends.span(), 1e15) * 100)));
    } else {
        absl::StrAppend(&text, " of different processes or imported, in the order given");
    }
    if (judged < trends.at.size()) absl::StrAppend(&text, "; what is live after its exit is no part of the trends");
    return text;
}

// "3 sites grow, 12 level off"
std::string courses_text(const Trends& trends) {
    std::map<Course, std::size_t> counts;
    for (const TrendRow& row : trends.rows) ++counts[row.course];
    std::vector<std::string> parts;
    for (const auto& [course, count] : counts)
        parts.push_back(absl::StrCat(human_count(count), " ", course_word(course)));
    return absl::StrJoin(parts, ", ");
}

Json rates_json(const TrendRow& row, bool timed) {
    const double unit = timed ? 3600 : 1;
    return {{"per", timed ? "hour" : "trace"},
            {"blocks", row.blocks.rate * unit},
            {"bytes", row.bytes.rate * unit},
            {"early_blocks", row.blocks.early_rate * unit},
            {"early_bytes", row.bytes.early_rate * unit},
            {"late_blocks", row.blocks.late_rate * unit},
            {"late_bytes", row.bytes.late_rate * unit}};
}

Json row_json(const TrendRow& row, const Trends& trends, bool sampled) {
    Json json = change_json(row.diff, sampled);
    json["trend"] = course_word(row.course);
    json["blocks_trend"] = course_word(row.blocks.course);
    json["bytes_trend"] = course_word(row.bytes.course);
    json["rates"] = rates_json(row, trends.timed);
    json["series"] = series_json(row.diff.series, sampled);
    json["frames"] = frames_json(row.frames);
    return json;
}

Json moments_json(const Trends& trends) {
    Json list = Json::array();
    for (std::size_t i = 0; i < trends.at.size(); ++i) {
        list.push_back(
            {{trends.timed ? "seconds" : "step", trends.at[i]}, {"judged", static_cast<bool>(trends.judged[i])}});
    }
    return list;
}

ChangeTotals totals_of(const Trends& trends) {
    return {trends.totals.front(), trends.totals.back(), trends.new_rows, trends.gone_rows};
}

void add_row(TextTable& table, const TrendRow& row, const RowText& text, std::size_t rank, const Trends& trends,
             bool sampled) {
    const DiffRow& diff = row.diff;
    std::vector<std::string> cells{absl::StrCat(rank), course_word(row.course)};
    cells.push_back(rate_text(row.blocks.late_rate, rate_unit(trends)));
    add_count_cells(cells, human_delta(diff.delta_blocks), diff.error, sampled);
    add_bytes_cells(cells, human_byte_delta(diff.delta_bytes), diff.error, sampled);
    cells.push_back(old_and_new_text(diff));
    cells.push_back(bars_text(trends.at, diff.series));
    cells.push_back(diff.row.scope.empty() ? "-" : escape_text(diff.row.scope));
    cells.push_back(text.title);
    table.add_row(std::move(cells));
    table.paint(kCourseColumn, paint_of(row.course));
    if (diff.row.title.empty()) add_stack_lines(table, text.frames);
}

}  // namespace

void TrendReport::add_trace(const Profile& profile) {
    const Estimate& live = profile.totals().live;
    const bool sampled = profile.sample_bytes() != 0;
    if (sampled) rates_.insert(profile.sample_bytes());
    titles_.push_back(absl::StrCat(trace_title(profile), ": ", count_text(live, sampled, "live block", "live blocks"),
                                   ", ", bytes_text(live, sampled)));
    Json trace = trace_json(profile);
    trace["sample_bytes"] = profile.sample_bytes();
    trace["totals"] = totals_json(profile.totals());
    trace["loss"] = loss_json(profile.loss());
    traces_.push_back(std::move(trace));
    std::ostringstream losses;
    print_losses(losses, profile, view_.palette);
    losses_ = losses.str();
}

void TrendReport::print_titles(std::ostream& out, const Trends& trends) const {
    const std::size_t last = titles_.size() - 1;
    for (std::size_t i = 0; i <= last; ++i) {
        const bool left_out = titles_.size() > kMostTitles && i > 0 && i < last;
        const char* role = i == 0 ? "old: " : i == last ? "new: " : "     ";
        if (!left_out) print_flowing(out, view_.palette, &Palette::bold, role + titles_[i]);
        if (left_out && i == 1) out << "     (" << human_count(last - 1) << " between)\n";
    }
    out << moments_text(trends) << '\n';
    for (const std::uint32_t sample_bytes : rates_) out << sampling_text(sample_bytes) << '\n';
    out << '\n';
}

void TrendReport::print_table(std::ostream& out, const Trends& trends) const {
    TextTable table(columns(rate_unit(trends), sampled()), view_.palette);
    const std::size_t shown = view_.shown(trends.rows.size());
    std::vector<RowStack> stacks;
    stacks.reserve(shown);
    for (std::size_t i = 0; i < shown; ++i) stacks.push_back({trends.rows[i].diff.row.title, trends.rows[i].frames});
    const std::vector<RowText> texts = row_texts(std::move(stacks));
    for (std::size_t i = 0; i < shown; ++i) add_row(table, trends.rows[i], texts[i], i + 1, trends, sampled());
    if (shown != 0) table.print(out);
    print_more(out, shown, trends.rows.size());
    out << (shown != 0 ? "\n" : "nothing changed\n");
}

void TrendReport::print_text(std::ostream& out, const Trends& trends) const {
    print_titles(out, trends);
    print_table(out, trends);
    if (!trends.rows.empty()) out << "trends: " << courses_text(trends) << '\n';
    print_change_totals(out, totals_of(trends), sampled());
    out << losses_;
}

void TrendReport::print_json(std::ostream& out, const Trends& trends, const Symbolizer& symbolizer) const {
    JsonStream json(out);
    json.member("sample_bytes", rates_.empty() ? 0 : *rates_.rbegin());
    json.begin_array("traces");
    for (const Json& trace : traces_) json.element(trace);
    json.end_array();
    json.member("moments", moments_json(trends));
    Json totals = change_totals_json(totals_of(trends), sampled());
    totals["trend"] = course_word(std::min(trends.total_blocks.course, trends.total_bytes.course));
    totals["series"] = series_json(trends.totals, sampled());
    json.member("totals", totals);
    json.begin_array("sites");
    const std::size_t shown = view_.shown(trends.rows.size());
    for (std::size_t i = 0; i < shown; ++i) json.element(row_json(trends.rows[i], trends, sampled()));
    json.end_array();
    json.member("warnings", symbolizer.warnings());
    json.finish();
}

}  // namespace dregs
