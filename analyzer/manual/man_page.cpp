// See man_page.h.
#include "analyzer/manual/man_page.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>

#include "analyzer/manual/environment.h"
#include "analyzer/manual/roff_text.h"

namespace dregs {
namespace {

constexpr const char* kDescription =
    "dregs finds the blocks that a C or C++ program never gives back. A library, libdregs.so, is preloaded into the "
    "unmodified program and keeps its live blocks, with their call stacks and scopes, in a trace: a file that can be "
    "read at any moment, while the process runs and after it has ended, whatever ended it. The commands that read take "
    "a trace or, while it runs, the pid of the process.";

constexpr const char* kMarkers =
    "Programs may mark their units of work, such as requests, as scopes with <dregs/dregs.h>, which is header-only. "
    "Blocks that outlive the scope they were allocated in are survivors; dregs scopes shows them.";

constexpr const char* kExamples =
    "dregs run -- ./server --port 80\n"
    "dregs top server.4711.dregs\n"
    "dregs top --by=module --sort=bytes 4711\n"
    "dregs run --snapshot-every=10s -- ./server\n"
    "dregs diff server.4711.*.dregs\n"
    "dregs scopes --exit-code server.4711.dregs";

std::string section(const std::string& name) { return absl::StrCat(".SH ", name, "\n"); }

// "-n, --rows N", "--by WHAT", "-h, --help"
std::string option_head(const OptionRow& option) {
    std::string names =
        absl::StrJoin(option.names, ", ", [](std::string* out, const std::string& name) { *out += roff_bold(name); });
    if (!option.takes_value()) return names;
    const std::string value = roff_italic(option.placeholder);
    return option.value_may_lack ? absl::StrCat(names, "[=", value, "]") : absl::StrCat(names, " ", value);
}

std::string option_entry(const OptionRow& option) {
    std::string text = option.help;
    if (!option.variable.empty()) absl::StrAppend(&text, " (", option.variable, ")");
    return absl::StrCat(".TP\n", option_head(option), "\n", roff_paragraph(text));
}

bool is_help(const OptionRow& option) { return option.has_name("--help"); }

// The options of one group, below its name unless it is the usual one.
std::string option_group(const CommandRow& command, const std::string& group) {
    std::string out;
    if (group != "Options") absl::StrAppend(&out, ".PP\n", roff_paragraph(group + ":"));
    for (const OptionRow& option : command.options) {
        if (option.group == group && !is_help(option)) absl::StrAppend(&out, option_entry(option));
    }
    return out;
}

std::string option_entries(const CommandRow& command) {
    std::vector<std::string> groups;
    for (const OptionRow& option : command.options) {
        if (std::find(groups.begin(), groups.end(), option.group) == groups.end()) groups.push_back(option.group);
    }
    std::string out;
    for (const std::string& group : groups) absl::StrAppend(&out, option_group(command, group));
    return out;
}

std::string argument_entries(const CommandRow& command) {
    std::string out;
    for (const OptionRow& argument : command.arguments) {
        absl::StrAppend(&out, ".TP\n", roff_italic(argument.placeholder), "\n", roff_paragraph(argument.help));
    }
    return out;
}

std::string command_usage(const CommandRow& command) {
    std::string usage = roff_bold("dregs " + command.name) + " [" + roff_italic("options") + "]";
    for (const OptionRow& argument : command.arguments) {
        absl::StrAppend(&usage, " ", roff_italic(argument.placeholder));
    }
    if (!command.runs_program) return usage;
    return absl::StrCat(usage, " ", roff_bold("--"), " ", roff_italic("PROGRAM"), " [", roff_italic("ARGUMENTS"), "]");
}

std::string command_section(const CommandRow& command) {
    std::string out = absl::StrCat(".SS dregs ", roff_escape(command.name), "\n", roff_paragraph(command.summary + "."),
                                   ".PP\n", command_usage(command), "\n");
    absl::StrAppend(&out, argument_entries(command), option_entries(command));
    if (!command.footer.empty()) absl::StrAppend(&out, ".PP\n", roff_paragraph(command.footer));
    return out;
}

std::string synopsis(const CommandTable& table) {
    std::string out = section("SYNOPSIS");
    const char* between = "";
    for (const CommandRow& command : table.commands) {
        absl::StrAppend(&out, between, command_usage(command), "\n");
        between = ".br\n";
    }
    return out;
}

std::string environment(const CommandTable& table) {
    std::string out = section("ENVIRONMENT");
    for (const VariableRow& variable : environment_variables(table)) {
        absl::StrAppend(&out, ".TP\n", roff_bold(variable.name), "\n", roff_paragraph(variable.help));
    }
    return out;
}

std::string exit_status() {
    return section("EXIT STATUS") +
           roff_paragraph(
               "0: done. 1: findings, with --exit-code. 2: wrong usage, or what was to be read could not be. Of dregs "
               "run it is the program's own, a signal's too; 127: not found, 126: cannot be executed.");
}

std::string files() {
    return section("FILES") + ".TP\n" + roff_italic("PROGRAM.PID.dregs") + "\n" +
           roff_paragraph(
               "A trace, its owner's alone, in the folder where the program was started unless --output says "
               "otherwise. What exists is never overwritten: .2, .3 and so on are put before the suffix.");
}

std::string general_options(const CommandRow& self) {
    std::string out = section("OPTIONS");
    for (const OptionRow& option : self.options) absl::StrAppend(&out, option_entry(option));
    return out;
}

}  // namespace

std::string man_page(const CommandTable& table, const std::string& version, const std::string& date) {
    std::string out = absl::StrCat(".\\\" Made by dregs itself from its tables of options.\n.TH DREGS 1 ", date,
                                   " \"dregs ", roff_escape(version), "\" \"User Commands\"\n");
    absl::StrAppend(&out, section("NAME"), "dregs \\- leak tracer for C and C++ programs\n", synopsis(table),
                    section("DESCRIPTION"), roff_paragraph(kDescription), ".PP\n", roff_paragraph(kMarkers));
    absl::StrAppend(&out, general_options(table.self), section("COMMANDS"));
    for (const CommandRow& command : table.commands) absl::StrAppend(&out, command_section(command));
    absl::StrAppend(&out, environment(table), exit_status(), files(), section("EXAMPLES"), roff_example(kExamples));
    return out + section("SEE ALSO") + ".BR ld.so (8),\n.BR valgrind (1)\n";
}

}  // namespace dregs
