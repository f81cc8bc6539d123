// How reports are shown: --color and --no-pager, and the variables that say the same for all programs.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace dregs {

struct TerminalOptions {
    std::string colour = "auto";
    bool no_pager = false;
};

void add_terminal_options(CLI::App& command, TerminalOptions& options);
// --color alone, for what is no report.
void add_colour_option(CLI::App& command, TerminalOptions& options);

// By the option, else NO_COLOR, CLICOLOR_FORCE, CLICOLOR, else whether standard output is a terminal that knows
// colours.
bool wants_colour(const TerminalOptions& options);

// Of the terminal that standard output is, `most` at most; 80 where it is none.
std::size_t terminal_columns(std::size_t most);

}  // namespace dregs
