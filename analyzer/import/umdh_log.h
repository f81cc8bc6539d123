// A raw log of Windows' umdh (umdh -p:PID -f:FILE) as a trace. Numbers are hexadecimal.
//
//   *- - - - - - - - - - Start of data for heap @ 206EDB90000 - - - - - - - - - -
//   30 bytes + 30 at 206EDDA8BA0 by BackTraceEDD4EEA6       requested + overhead, address, stack
//   <TAB>7FFE82352933                                       the stack, innermost frame first, at its first use only;
//   <TAB>App!Leak+00000083 (app.cpp, 228)                   an address, or where symbols were at hand a name
//
// A heap becomes an open scope of the kind "heap", labelled with its address; the overhead is not counted. Lines of
// other kinds (comments, modules, heaps' ends) say nothing of blocks and are passed over.
#pragma once

#include <cstdint>
#include <vector>

#include "analyzer/import/text_lines.h"

namespace dregs {

// Whether a line can only be one of a umdh log.
bool belongs_to_umdh_log(std::string_view line);

// A trace file's bytes. Throws Error, with the line's number, at a line that begins as a block's and is none.
std::vector<std::uint8_t> import_umdh_log(TextLines& lines, std::string_view first_line);

}  // namespace dregs
