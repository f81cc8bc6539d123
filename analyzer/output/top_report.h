// The ranking of `dregs top`, as text and as JSON.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "analyzer/analysis/ranking.h"
#include "analyzer/output/report_view.h"

namespace dregs {

void print_top_text(std::ostream& out, Profile& profile, const std::vector<Row>& rows, const ReportView& view);
void print_top_json(std::ostream& out, Profile& profile, const std::vector<Row>& rows, const ReportView& view,
                    const Symbolizer& symbolizer);

}  // namespace dregs
