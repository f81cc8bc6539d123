// What text output says of a trace as a whole: the headline above and the losses below.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "analyzer/analysis/profile.h"
#include "analyzer/output/text_table.h"

namespace dregs {

// "server, pid 4711, running for 12 s"
std::string trace_title(const Profile& profile);
// The title with the totals; below it what a sampled trace's numbers are.
void print_headline(std::ostream& out, const Profile& profile, const Palette& palette);
// Always at least one line: that nothing was lost must be said too.
void print_losses(std::ostream& out, const Profile& profile, const Palette& palette);
// The same, a line each.
std::vector<std::string> loss_lines(const Profile& profile);

}  // namespace dregs
