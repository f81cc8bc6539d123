// Text as man's macros take it: escaped, broken into short lines.
#pragma once

#include <absl/strings/string_view.h>

#include <string>

namespace dregs {

// In a line of text or an argument in quotes: nothing in it is a request or an escape.
std::string roff_escape(absl::string_view text);

// Filled text, in lines of less than 80 bytes; blanks and line ends are all the same.
std::string roff_paragraph(absl::string_view text);

// Lines as they stand.
std::string roff_example(absl::string_view text);

// What is typed as it stands, and what something is put in place of.
std::string roff_bold(absl::string_view text);
std::string roff_italic(absl::string_view text);

}  // namespace dregs
