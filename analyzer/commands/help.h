// dregs help [COMMAND], dregs COMMAND --help: the same text on standard output.
#pragma once

#include <string>

#include "analyzer/commands/command.h"

namespace dregs {

// `command`: its name; empty: dregs itself.
void show_help(CLI::App& app, const std::string& command, Invocation& invocation);

}  // namespace dregs
