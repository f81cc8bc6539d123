// dregs(1): all commands, options and environment variables, from the tables that --help prints.
#pragma once

#include <string>

#include "analyzer/manual/command_table.h"

namespace dregs {

// In man's macros, clean for `mandoc -T lint`. `date` as YYYY-MM-DD.
std::string man_page(const CommandTable& table, const std::string& version, const std::string& date);

}  // namespace dregs
