// What grew, for `dregs diff`, as text and as JSON. Where one of the traces is sampled, changes have errors, and those
// that may be none at all say so. `sample_bytes` is then the coarsest of the traces'.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "analyzer/analysis/diff.h"
#include "analyzer/output/report_view.h"

namespace dregs {

void print_diff_text(std::ostream& out, const std::vector<Profile*>& profiles, const Diff& diff,
                     const ReportView& view);
void print_diff_json(std::ostream& out, const std::vector<Profile*>& profiles, const Diff& diff, const ReportView& view,
                     const Symbolizer& symbolizer);

}  // namespace dregs
