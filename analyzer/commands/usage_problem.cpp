// See usage_problem.h.
#include "analyzer/commands/usage_problem.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>

#include <algorithm>

#include "analyzer/manual/command_table.h"
#include "analyzer/manual/help_text.h"
#include "analyzer/manual/nearest_name.h"

namespace dregs {
namespace {

std::string did_you_mean(const std::string& word, const std::vector<std::string>& names) {
    const std::string nearest = nearest_name(word, names);
    return nearest.empty() ? "" : absl::StrCat("; did you mean ", nearest, "?");
}

std::vector<std::string> command_names(CLI::App& app) {
    std::vector<std::string> names;
    for (const CommandRow& command : read_commands(app).commands) names.push_back(command.name);
    return names;
}

std::string unknown_command(CLI::App& app, const std::string& word) {
    const std::vector<std::string> names = command_names(app);
    const std::string meant = did_you_mean(word, names);
    return absl::StrCat("there is no command ", word,
                        meant.empty() ? "; there are " + absl::StrJoin(names, ", ") : meant);
}

bool is_refused(CLI::Option& option, std::string value) { return !(*option.get_validator())(value).empty(); }

// Of names with commas the one that is refused.
std::string refused_part(CLI::Option& option, const std::string& value) {
    for (const absl::string_view part : absl::StrSplit(value, ',')) {
        if (is_refused(option, std::string(part))) return std::string(part);
    }
    return value;
}

// "--sort: there is no byts; there are age, bytes, count; did you mean bytes?" Empty when no such check failed.
std::string unknown_choice(CLI::App& command, const std::string& message) {
    for (CLI::Option* option : command.get_options({})) {
        if (!absl::StartsWith(message, option->get_name() + ":")) continue;
        const std::vector<std::string> choices = choices_of(*option);
        if (choices.empty()) return "";
        for (const std::string& value : option->results()) {
            if (!is_refused(*option, value)) continue;
            const std::string part = refused_part(*option, value);
            return absl::StrCat(option->get_name(), ": there is no ", part, "; there ",
                                choices.size() == 1 ? "is " : "are ", absl::StrJoin(choices, ", "),
                                did_you_mean(part, choices));
        }
    }
    return "";
}

bool is_option(const std::string& word) { return word.size() > 1 && word.front() == '-'; }

// Too few arguments, or too many. Empty: neither is what is wrong.
std::string wrong_arguments(CLI::App& command, const CLI::ParseError& error) {
    const std::string message = error.what();
    const CommandRow row = read_command(command);
    for (const CLI::Option* option : command.get_options({})) {
        if (option->nonpositional() || !absl::StartsWith(message, option->get_name())) continue;
        std::string what = option->get_description();
        what.front() = absl::ascii_tolower(static_cast<unsigned char>(what.front()));
        return absl::StrCat(row.name, " needs ", option->get_type_name(), ": ", what.substr(0, what.find(';')));
    }
    if (error.get_exit_code() != static_cast<int>(CLI::ExitCodes::ExtrasError)) return "";
    const std::vector<std::string> extra = command.get_parent()->remaining(true);
    if (extra.empty()) return "";
    if (is_option(extra.front()))
        return absl::StrCat(extra.front(), " stands before ", row.name, ". ", usage_line(row));
    return absl::StrCat("what is ", extra.front(), "? ", usage_line(row));
}

// Of a command: what is unknown explains why something else is missing.
std::string command_problem(CLI::App& command, const CLI::ParseError& error) {
    const std::vector<std::string> unknown = command.remaining();
    const auto option = std::find_if(unknown.begin(), unknown.end(), is_option);
    if (option != unknown.end()) return unknown_option(command, *option);
    const std::string choice = unknown_choice(command, error.what());
    if (!choice.empty()) return choice;
    const std::string wrong = wrong_arguments(command, error);
    return wrong.empty() ? error.what() : wrong;
}

}  // namespace

std::string unknown_option(CLI::App& command, const std::string& word) {
    std::vector<std::string> names;
    for (const CLI::Option* option : command.get_options({})) {
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    const std::string name = word.substr(0, word.find('='));
    return absl::StrCat("there is no option ", name, did_you_mean(name, names));
}

std::string usage_problem(CLI::App& app, const std::vector<std::string>& words, const CLI::ParseError& error) {
    const auto used = app.get_subcommands();
    if (!used.empty()) return command_problem(*used.front(), error);
    if (words.empty()) return "which command? There are " + absl::StrJoin(command_names(app), ", ");
    return is_option(words.front()) ? unknown_option(app, words.front()) : unknown_command(app, words.front());
}

}  // namespace dregs
