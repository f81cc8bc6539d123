// UMDH's own text form of one log, or of the comparison of two. Tabs and spaces are the format.
//
//   + BYTES_DELTA (NEW_BYTES - OLD_BYTES) NEW_COUNT allocs<TAB>BackTraceID
//   + COUNT_DELTA (NEW_COUNT - OLD_COUNT)<TAB>BackTraceID<TAB>allocations
//
//   <TAB>module!function+offset (file, line)
//
// Of a sampled trace a comment, "// Sampled: ...", comes first.
//
// One log is the comparison with an empty one. Entries are stacks, in the order of the rows given; rows must have been
// ranked by stack.
#pragma once

#include <ostream>
#include <vector>

#include "analyzer/analysis/diff.h"
#include "analyzer/output/report_view.h"

namespace dregs {

void print_top_umdh(std::ostream& out, Profile& profile, const std::vector<Row>& rows, const ReportView& view);
void print_diff_umdh(std::ostream& out, const std::vector<Profile*>& profiles, const Diff& diff,
                     const ReportView& view);

}  // namespace dregs
