// speedscope's JSON: https://www.speedscope.app/file-format-schema.json.
//
// Two profiles in one file, blocks and bytes, each "sampled": a stack (outermost frame first) with its weight. The
// frames stand behind the profiles. What was lost is in the file's name, which speedscope shows on top.
#pragma once

#include <ostream>

#include "analyzer/export/export_options.h"

namespace dregs {

void write_speedscope(std::ostream& out, Profile& profile, const ExportOptions& options);

}  // namespace dregs
