// See change_text.h.
#include "analyzer/output/change_text.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include "analyzer/output/estimate_text.h"
#include "analyzer/output/human.h"

namespace dregs {
namespace {

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

}  // namespace

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

std::string old_and_new_text(const DiffRow& row) {
    return absl::StrCat(human_count(row.oldest().blocks()), " > ", human_count(row.newest().blocks()));
}

Json change_json(const DiffRow& row, bool sampled) {
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
    if (!row.row.title.empty()) json["group"] = row.row.title;
    return json;
}

Json series_json(const std::vector<Estimate>& series, bool sampled) {
    Json list = Json::array();
    for (const Estimate& live : series) {
        Json json{{"blocks", live.blocks()}, {"bytes", live.bytes()}};
        add_error_json(json, live, sampled);
        list.push_back(std::move(json));
    }
    return list;
}

void print_change_totals(std::ostream& out, const ChangeTotals& totals, bool sampled) {
    const Tally old_total = totals.before.rounded();
    const Tally new_total = totals.now.rounded();
    const Tally error = difference_error(totals.before, totals.now);
    std::vector<std::string> delta;
    add_count_cells(delta, human_delta(difference(new_total.blocks, old_total.blocks)), error, sampled);
    delta.emplace_back("blocks,");
    add_bytes_cells(delta, human_byte_delta(difference(new_total.bytes, old_total.bytes)), error, sampled);
    out << "total: " << absl::StrJoin(delta, " ") << " (" << human_count(old_total.blocks) << " > "
        << human_count(new_total.blocks) << " blocks, " << human_bytes(old_total.bytes) << " > "
        << human_bytes(new_total.bytes) << "); " << human_count(totals.new_rows) << " new, "
        << human_count(totals.gone_rows) << " gone\n";
}

Json change_totals_json(const ChangeTotals& totals, bool sampled) {
    const Tally old_total = totals.before.rounded();
    const Tally new_total = totals.now.rounded();
    Json json{{"delta_blocks", difference(new_total.blocks, old_total.blocks)},
              {"delta_bytes", difference(new_total.bytes, old_total.bytes)},
              {"old_blocks", old_total.blocks},
              {"new_blocks", new_total.blocks},
              {"old_bytes", old_total.bytes},
              {"new_bytes", new_total.bytes},
              {"new_sites", totals.new_rows},
              {"gone_sites", totals.gone_rows}};
    add_change_errors(json, totals.before, totals.now, sampled);
    return json;
}

}  // namespace dregs
