// See environment.h.
#include "analyzer/manual/environment.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/string_view.h>

namespace dregs {
namespace {

// By the option's last name, "--output" of "-o,--output".
std::string like(absl::string_view option, const char* help) {
    option.remove_prefix(option.rfind(',') + 1);
    return absl::StrCat("As ", option, " of dregs run, also without it. ", help, ".");
}

void add_recording(std::vector<VariableRow>& rows) {
#define DREGS_TEXT_OPTION(name, option, variable, fallback, placeholder, help) \
    rows.push_back({variable, like(option, help)});
#define DREGS_NUMBER_OPTION(name, option, variable, fallback, least, most, placeholder, help) \
    rows.push_back({variable, like(option, help)});
#define DREGS_FLAG_OPTION(name, option, variable, help) rows.push_back({variable, like(option, help) + " 0 or 1."});
#include "dregs/options.inc"
}

void add_options(const CommandTable& table, std::vector<VariableRow>& rows) {
    for (const CommandRow& command : table.commands) {
        for (const OptionRow& option : command.options) {
            if (option.variable.empty()) continue;
            rows.push_back({option.variable,
                            absl::StrCat("For dregs ", command.name, ": as its option ", option.names.back(), ".")});
        }
    }
}

constexpr struct {
    const char* name;
    const char* help;
} kOthers[] = {
    {"DREGS_ADAPTER", "For dregs run: as its option --adapter."},
    {"DREGS_LIBRARY", "The libdregs.so that dregs run preloads, in place of the one installed beside it."},
    {"DREGS_SYMBOL_CACHE",
     "Folder for names that were looked up before (default: dregs in XDG_CACHE_HOME or in ~/.cache); none: keep none."},
    {"DEBUGINFOD_URLS", "Servers that are asked for debug files that are not here, separated by blanks."},
    {"DREGS_PAGER",
     "Shows reports that are longer than the terminal; empty or cat: nothing does. Else PAGER, else less."},
    {"PAGER", "As DREGS_PAGER, where that is not set."},
    {"NO_COLOR", "Set and not empty: reports have no colours unless --color=always asks for them."},
    {"CLICOLOR_FORCE", "Set and not 0: reports have colours where standard output is no terminal, too."},
    {"CLICOLOR", "0: as NO_COLOR."},
    {"TERM", "dumb: no colours and no pager."},
};

}  // namespace

std::vector<VariableRow> environment_variables(const CommandTable& table) {
    std::vector<VariableRow> rows;
    add_recording(rows);
    add_options(table, rows);
    for (const auto& other : kOthers) rows.push_back({other.name, other.help});
    return rows;
}

}  // namespace dregs
