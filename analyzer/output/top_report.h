// The ranking of `dregs top`, as text and as JSON.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "analyzer/analysis/ranking.h"
#include "analyzer/output/json_stream.h"
#include "analyzer/output/report_view.h"

namespace dregs {

void print_top_text(std::ostream& out, Profile& profile, const std::vector<Row>& rows, const ReportView& view);
void print_top_json(std::ostream& out, Profile& profile, const std::vector<Row>& rows, const ReportView& view,
                    const Symbolizer& symbolizer);

// What a row is in one cell, with its callers below it: a site's frames, or the title of another group.
std::string row_title(const Row& row, const std::vector<Frame>& frames);
Json scope_shares_json(const std::vector<KindShare>& shares);

}  // namespace dregs
