// What --help prints, of dregs itself and of each command: from the same rows as the manual page, in lines that fit.
//
// Owns the layout and nothing of what is said.
#pragma once

#include <cstddef>
#include <string>

#include "analyzer/manual/command_table.h"

namespace dregs {

// `command`: a row of the table, or table.self. No line is longer than `width`, but for a word that is.
std::string help_text(const CommandTable& table, const CommandRow& command, std::size_t width);

// "Usage: dregs top [OPTIONS] TRACE|PID"
std::string usage_line(const CommandRow& command);

}  // namespace dregs
