// Everything that exports have in common as JSON: totals, losses, modules, kinds of scopes, and each stack with what it
// holds by kind of scope and thread. README.md names the members.
//
// Frames are numbers in "frames", which stands behind the stacks, so that the stacks stream. ASCII, as all JSON of
// dregs.
#pragma once

#include <ostream>

#include "analyzer/export/export_options.h"

namespace dregs {

void write_json_export(std::ostream& out, Profile& profile, const ExportOptions& options, const Symbolizer& symbolizer);

}  // namespace dregs
