// Every command and option as rows, read from the tables that --help prints: the manual page, the shells' completion
// and "did you mean" know nothing else.
//
// Owns the reading of CLI11's objects. Hidden commands and options are left out.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace dregs {

struct OptionRow {
    std::vector<std::string> names;  // "-n", "--rows"; none: a positional argument
    std::string placeholder;         // of its value; empty: it takes none
    std::string help;
    std::string group;
    std::string variable;              // that sets it, too
    std::vector<std::string> choices;  // all values there are; none: any
    bool value_may_lack = false;
    bool repeatable = false;

    bool takes_value() const { return !placeholder.empty(); }
    bool takes_names() const { return placeholder == "NAMES"; }  // several, with commas
    bool has_name(const std::string& name) const;
};

struct CommandRow {
    std::string name;  // empty: dregs itself
    std::string summary;
    std::vector<OptionRow> options;
    std::vector<OptionRow> arguments;
    std::string footer;
    bool runs_program = false;  // what follows is another program's command line

    const OptionRow* find_option(const std::string& option) const;  // nullptr: there is none
};

struct CommandTable {
    CommandRow self;
    std::vector<CommandRow> commands;

    const CommandRow* find(const std::string& name) const;  // nullptr: there is none
};

CommandRow read_command(CLI::App& command);
CommandTable read_commands(CLI::App& app);

// The values that an option is checked against, sorted; none when any will do.
std::vector<std::string> choices_of(CLI::Option& option);

}  // namespace dregs
