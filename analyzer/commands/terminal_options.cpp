// See terminal_options.h.
#include "analyzer/commands/terminal_options.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace dregs {
namespace {

constexpr std::size_t kNarrowest = 40;

std::string_view variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

}  // namespace

void add_colour_option(CLI::App& command, TerminalOptions& options) {
    command.add_option("--color", options.colour, "auto, always or never (default: auto: on a terminal)")
        ->check(CLI::IsMember({"auto", "always", "never"}).description(""))
        ->type_name("WHEN");
}

void add_terminal_options(CLI::App& command, TerminalOptions& options) {
    add_colour_option(command, options);
    command.add_flag("--no-pager", options.no_pager, "Do not show what is longer than the terminal in a pager");
}

bool wants_colour(const TerminalOptions& options) {
    if (options.colour != "auto") return options.colour == "always";
    if (!variable("NO_COLOR").empty()) return false;
    const std::string_view forced = variable("CLICOLOR_FORCE");
    if (!forced.empty() && forced != "0") return true;
    return ::isatty(STDOUT_FILENO) == 1 && variable("CLICOLOR") != "0" && variable("TERM") != "dumb";
}

std::size_t terminal_columns(std::size_t most) {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return std::clamp<std::size_t>(size.ws_col, kNarrowest, most);
}

}  // namespace dregs
