// The tree of scopes and what survived it, for `dregs scopes`, as text and as JSON.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "analyzer/analysis/scope_report.h"
#include "analyzer/output/json_stream.h"
#include "analyzer/output/report_view.h"

namespace dregs {

void print_scopes_text(std::ostream& out, Profile& profile, const ScopeReport& report, const ReportView& view);
void print_scopes_json(std::ostream& out, Profile& profile, const ScopeReport& report, const ReportView& view,
                       const Symbolizer& symbolizer);

// What is said of a kind of scope, without its sites.
Json kind_json(const KindReport& kind);

}  // namespace dregs
