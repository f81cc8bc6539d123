// The ledger for people and for programs: which sites were eliminated and why, what is left, and where the siblings of
// what is left are released.
#pragma once

#include <ostream>

#include "analyzer/analysis/ledger.h"
#include "analyzer/output/report_view.h"

namespace dregs {

// The words of the JSON: "never_released", "with_pool" ...
const char* verdict_name(Verdict verdict);
const char* how_name(ReleasedHow how);

// `all`: clean sites, too, and every place of release.
void print_ledger_text(std::ostream& out, Profile& profile, const Ledger& ledger, const ReportView& view, bool all);
// All sites, clean ones last.
void print_ledger_json(std::ostream& out, Profile& profile, const Ledger& ledger, const ReportView& view,
                       const Symbolizer& symbolizer);

}  // namespace dregs
