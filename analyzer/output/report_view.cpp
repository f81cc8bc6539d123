// See report_view.h.
#include "analyzer/output/report_view.h"

#include <absl/strings/str_join.h>

#include <ostream>

#include "analyzer/output/escape.h"
#include "analyzer/output/frame_text.h"
#include "analyzer/output/human.h"

namespace dregs {

void add_stack_lines(TextTable& table, const std::vector<Frame>& frames) {
    for (std::size_t i = 1; i < frames.size(); ++i) {
        table.add_line(frame_text(frames[i], frames[i].module != frames[i - 1].module));
    }
}

void add_labels_line(TextTable& table, const std::vector<std::string>& labels) {
    if (!labels.empty()) table.add_line("such as: " + escape_text(absl::StrJoin(labels, ", ")));
}

std::vector<RowText> row_texts(std::vector<RowStack> rows) {
    std::vector<Frame> sites;
    sites.reserve(rows.size());
    for (const RowStack& row : rows) sites.push_back(row.frames.front());
    std::vector<std::string> titles = site_texts(sites);
    std::vector<RowText> texts;
    texts.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const bool grouped = !rows[i].group.empty();
        texts.push_back({grouped ? escape_text(rows[i].group) : titles[i], std::move(rows[i].frames)});
    }
    return texts;
}

void add_change_columns(std::vector<TextTable::Column>& columns) {
    columns.push_back({"old > new", Align::kRight});
    columns.push_back({"", Align::kLeft});
    columns.push_back({"scope", Align::kLeft});
    columns.push_back({"site", Align::kLeft});
}

void print_more(std::ostream& out, std::size_t shown, std::size_t count) {
    if (shown < count) out << "(" << human_count(count - shown) << " more: -n 0 shows all)\n";
}

}  // namespace dregs
