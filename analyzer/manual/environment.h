// The environment variables that the analyzer and the shim read, for the manual page.
#pragma once

#include <string>
#include <vector>

#include "analyzer/manual/command_table.h"

namespace dregs {

struct VariableRow {
    std::string name;
    std::string help;
};

// Those of the recording (include/dregs/options.inc), those of options that have one, and those that are no option.
std::vector<VariableRow> environment_variables(const CommandTable& table);

}  // namespace dregs
