// What is wrong with a command line, in words for the user, with what was probably meant.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace dregs {

// `words`: all that stood behind "dregs". One line.
std::string usage_problem(CLI::App& app, const std::vector<std::string>& words, const CLI::ParseError& error);

// "there is no option --limt; did you mean --limit?"
std::string unknown_option(CLI::App& command, const std::string& word);

}  // namespace dregs
