// See help_text.h.
#include "analyzer/manual/help_text.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>
#include <absl/strings/string_view.h>

#include <algorithm>
#include <vector>

namespace dregs {
namespace {

constexpr std::size_t kIndent = 2;       // of what stands in the first column
constexpr std::size_t kTextColumn = 28;  // where what is said about it begins

// One paragraph; its lines begin at `column`, the first where `line` ends.
std::string flow(std::string line, absl::string_view text, std::size_t column, std::size_t width) {
    std::string out;
    bool first = true;
    for (const absl::string_view word : absl::StrSplit(text, absl::ByAnyChar(" \n"), absl::SkipEmpty())) {
        if (!first && line.size() + 1 + word.size() > width) {
            absl::StrAppend(&out, line, "\n");
            line.assign(column, ' ');
            first = true;
        }
        absl::StrAppend(&line, first ? "" : " ", word);
        first = false;
    }
    return absl::StrCat(out, line, "\n");
}

// Breaks stay where they are.
std::string lines_of(const std::string& text, std::size_t width) {
    std::string out;
    for (const absl::string_view line : absl::StrSplit(text, '\n')) {
        absl::StrAppend(&out, line.size() <= width ? absl::StrCat(line, "\n") : flow("", line, 0, width));
    }
    return out;
}

std::string entry(const std::string& head, const std::string& text, std::size_t width) {
    std::string line = std::string(kIndent, ' ') + head;
    std::string before;
    if (line.size() + 2 > kTextColumn) {
        before = line + "\n";
        line.clear();
    }
    line.resize(kTextColumn, ' ');
    return before + flow(line, text, kTextColumn, width);
}

// "-n, --rows N", "--where FIELD:PATTERN ...", "--snapshot-signal[=SIGNAL]"
std::string option_head(const OptionRow& option) {
    const std::string names = absl::StrJoin(option.names, ", ");
    if (!option.takes_value()) return names;
    if (option.value_may_lack) return absl::StrCat(names, "[=", option.placeholder, "]");
    return absl::StrCat(names, " ", option.placeholder, option.repeatable ? " ..." : "");
}

std::string option_entry(const OptionRow& option, std::size_t width) {
    const std::string variable = option.variable.empty() ? "" : absl::StrCat(" (", option.variable, ")");
    return entry(option_head(option), option.help + variable, width);
}

std::string arguments(const CommandRow& command, std::size_t width) {
    std::string out;
    for (const OptionRow& argument : command.arguments) {
        absl::StrAppend(&out, entry(argument.placeholder, argument.help, width));
    }
    return out.empty() ? "" : "\nArguments:\n" + out;
}

std::string options(const CommandRow& command, std::size_t width) {
    std::vector<std::string> groups;
    for (const OptionRow& option : command.options) {
        if (std::find(groups.begin(), groups.end(), option.group) == groups.end()) groups.push_back(option.group);
    }
    std::string out;
    for (const std::string& group : groups) {
        absl::StrAppend(&out, "\n", group, ":\n");
        for (const OptionRow& option : command.options) {
            if (option.group == group) absl::StrAppend(&out, option_entry(option, width));
        }
    }
    return out;
}

std::string commands(const CommandTable& table, std::size_t width) {
    std::string out = "\nCommands:\n";
    for (const CommandRow& command : table.commands) {
        const std::string head = std::string(kIndent, ' ') + command.name;
        absl::StrAppend(&out, flow(head + std::string(12 - std::min<std::size_t>(11, head.size()), ' '),
                                   command.summary, 12, width));
    }
    return out;
}

}  // namespace

std::string usage_line(const CommandRow& command) {
    const bool is_command = command.name != "dregs";
    std::string out = absl::StrCat("Usage: dregs ", is_command ? command.name : "COMMAND", " [OPTIONS]");
    for (const OptionRow& argument : command.arguments) absl::StrAppend(&out, " ", argument.placeholder);
    return absl::StrCat(out, command.runs_program ? " -- PROGRAM [ARGUMENTS]" : "");
}

std::string help_text(const CommandTable& table, const CommandRow& command, std::size_t width) {
    std::string out = flow("", command.summary, 0, width) + usage_line(command) + "\n";
    if (&command == &table.self) absl::StrAppend(&out, commands(table, width));
    absl::StrAppend(&out, arguments(command, width), options(command, width));
    if (!command.footer.empty()) absl::StrAppend(&out, "\n", lines_of(command.footer, width));
    return out;
}

}  // namespace dregs
