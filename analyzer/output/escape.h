// Makes text from a trace safe to print: names and labels are whatever a program gave.
//
// Control characters (a terminal would obey them), bytes that are not UTF-8 and characters that change the writing
// direction come out as \xNN or \u{NNNN}; everything else as it is.
#pragma once

#include <string>
#include <string_view>

namespace dregs {

std::string escape_text(std::string_view text);

// Columns that escaped text takes on a terminal, to within wide characters.
std::size_t display_width(std::string_view text);

}  // namespace dregs
