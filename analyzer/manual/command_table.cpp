// See command_table.h.
#include "analyzer/manual/command_table.h"

#include <absl/strings/str_split.h>
#include <absl/strings/string_view.h>

#include <algorithm>

namespace dregs {
namespace {

// "{bytes->1,count->0}" -> bytes, count: as CLI11's checks list what they know.
std::vector<std::string> keys_in_braces(absl::string_view message) {
    const std::size_t begin = message.find('{');
    const std::size_t end = message.find('}', begin);
    if (begin == absl::string_view::npos || end == absl::string_view::npos) return {};
    std::vector<std::string> keys;
    for (const absl::string_view item : absl::StrSplit(message.substr(begin + 1, end - begin - 1), ',')) {
        keys.emplace_back(item.substr(0, item.find("->")));
    }
    std::sort(keys.begin(), keys.end());
    return keys;
}

OptionRow read_option(CLI::Option& option) {
    OptionRow row;
    for (const std::string& name : option.get_snames()) row.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) row.names.push_back("--" + name);
    if (option.get_items_expected_max() != 0) row.placeholder = option.get_type_name();
    row.help = option.get_description();
    row.group = option.get_group();
    row.variable = option.get_envname();
    row.choices = choices_of(option);
    row.repeatable = option.get_items_expected_max() > 1;
    row.value_may_lack = row.takes_value() && option.get_expected_min() == 0;
    return row;
}

}  // namespace

bool OptionRow::has_name(const std::string& name) const {
    return std::find(names.begin(), names.end(), name) != names.end();
}

const OptionRow* CommandRow::find_option(const std::string& option) const {
    const auto found =
        std::find_if(options.begin(), options.end(), [&](const OptionRow& row) { return row.has_name(option); });
    return found == options.end() ? nullptr : &*found;
}

const CommandRow* CommandTable::find(const std::string& name) const {
    const auto found =
        std::find_if(commands.begin(), commands.end(), [&](const CommandRow& row) { return row.name == name; });
    return found == commands.end() ? nullptr : &*found;
}

// A check tells what it knows in no other way than by refusing what it does not.
std::vector<std::string> choices_of(CLI::Option& option) {
    try {
        std::string unknown = "\x01";
        return keys_in_braces((*option.get_validator())(unknown));
    } catch (const CLI::OptionNotFound&) {  // it has no check
        return {};
    }
}

CommandRow read_command(CLI::App& command) {
    CommandRow row{command.get_name(), command.get_description(), {}, {}, command.get_footer(), false};
    row.runs_program = command.get_prefix_command();
    for (CLI::Option* option : command.get_options({})) {
        if (option->get_group().empty()) continue;
        (option->nonpositional() ? row.options : row.arguments).push_back(read_option(*option));
    }
    return row;
}

CommandTable read_commands(CLI::App& app) {
    CommandTable table{read_command(app), {}};
    for (CLI::App* command : app.get_subcommands({})) {
        if (!command->get_group().empty()) table.commands.push_back(read_command(*command));
    }
    return table;
}

}  // namespace dregs
