// Folded stacks, as Brendan Gregg's flamegraph.pl and many others read them: "main;handle;leak 30", outermost first.
//
// Frames are functions, so call sites of one function are one. Of two traces each line has two numbers, old and new, as
// difffolded.pl writes them. In names a semicolon is \x3b, and a space before a number at the end \x20: those would be
// taken for the format's own.
#pragma once

#include <ostream>

#include "analyzer/export/export_options.h"

namespace dregs {

void write_folded(std::ostream& out, Profile& profile, const ExportOptions& options);

// Stacks of either, those of `now` first; the same stack in both by its frames, whatever their addresses.
void write_folded_change(std::ostream& out, Profile& before, Profile& now, const ExportOptions& options);

}  // namespace dregs
