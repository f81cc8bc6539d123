// See help.h.
#include "analyzer/commands/help.h"

#include "analyzer/commands/terminal_options.h"
#include "analyzer/manual/command_table.h"
#include "analyzer/manual/help_text.h"

namespace dregs {
namespace {

constexpr std::size_t kMostColumns = 100;  // longer lines are hard to read

}  // namespace

void show_help(CLI::App& app, const std::string& command, Invocation& invocation) {
    const CommandTable table = read_commands(app);
    const CommandRow* row = table.find(command);
    invocation.out << help_text(table, row ? *row : table.self, terminal_columns(kMostColumns));
}

void add_help(CLI::App& app, Invocation& invocation) {
    CLI::App* command = app.add_subcommand("help", "What a command does, and its options");
    auto name = std::make_shared<std::string>();
    std::vector<std::string> names;
    for (const CommandRow& row : read_commands(app).commands) names.push_back(row.name);
    command->add_option("command", *name, "Of this command; none: of dregs itself")
        ->check(CLI::IsMember(names).description(""))
        ->type_name("[COMMAND]");
    command->callback([name, &app, &invocation] { show_help(app, *name, invocation); });
}

}  // namespace dregs
