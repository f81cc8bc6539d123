// See cli.h.
#include "analyzer/cli.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <new>
#include <string_view>

#include "analyzer/commands/command.h"
#include "analyzer/commands/help.h"
#include "analyzer/commands/usage_problem.h"
#include "analyzer/output/escape.h"

namespace dregs {
namespace {

constexpr int kUsage = 2;

void describe(CLI::App& app) {
    app.name("dregs");
    app.description(
        "dregs: which call sites hold the blocks that a program has not freed, and which outlived their scope.");
    app.footer(
        "Trace: dregs run -- ./server args     (or: LD_PRELOAD=libdregs.so ./server args)\n"
        "Look:  dregs top server.4711.dregs    (or the pid, while it runs)\n"
        "Exit status: 0 done, 1 findings (with --exit-code), 2 usage or unreadable trace.");
    app.set_version_flag("--version", std::string("dregs ") + DREGS_VERSION, "Print the version and exit");
    app.set_help_flag("-h,--help", "Print this help and exit");
    app.require_subcommand(1);
}

int fail(std::ostream& err, const std::string& message) {
    err << "dregs: " << escape_text(message) << '\n';
    return kUsage;
}

// As with other tools the last counts of what is given more than once and has one value: aliases and scripts rely on
// it.
void let_the_last_count(CLI::App& app) {
    for (CLI::App* command : app.get_subcommands({})) {
        for (CLI::Option* option : command->get_options({})) {
            if (option->nonpositional() && option->get_items_expected_max() == 1) option->take_last();
        }
    }
}

// --help and --version are no errors but for CLI11.
int answer(CLI::App& app, const CLI::ParseError& error, Invocation& invocation) {
    const auto used = app.get_subcommands();
    if (error.get_name() != "CallForHelp") {
        app.exit(error, invocation.out, invocation.err);
    } else {
        show_help(app, used.empty() ? "" : used.front()->get_name(), invocation);
    }
    return 0;
}

int usage_error(CLI::App& app, const CLI::ParseError& error, const std::vector<std::string>& words,
                Invocation& invocation) {
    std::ostream& err = invocation.err;
    const auto used = app.get_subcommands();
    if (error.get_exit_code() == 0) return answer(app, error, invocation);
    const std::string command = used.empty() ? "dregs" : "dregs " + used.front()->get_name();
    fail(err, usage_problem(app, words, error));
    err << "Try '" << command << " --help'.\n";
    return kUsage;
}

// The arguments of the program to run are none of the parser's business. Returns how many come before them.
int cut_program(int argc, const char* const* argv, Invocation& invocation) {
    const std::string_view command = argc < 2 ? "" : argv[1];
    if (command != "run" && command != "complete") return argc;
    for (int i = 2; i < argc; ++i) {
        if (std::string_view(argv[i]) != "--") continue;
        invocation.program.assign(argv + i + 1, argv + argc);
        return i;
    }
    return argc;
}

int run_checked(CLI::App& app, int argc, const char* const* argv, Invocation& invocation) {
    const int own = cut_program(argc, argv, invocation);
    try {
        app.parse(own, argv);
    } catch (const CLI::ParseError& error) {
        return usage_error(app, error, {argv + std::min(own, 1), argv + own}, invocation);
    }
    return invocation.status;
}

}  // namespace

int run_cli(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
    CLI::App app;
    Invocation invocation{out, err, 0, {}};
    try {
        describe(app);
        add_commands(app, invocation);
        let_the_last_count(app);
        const int status = run_checked(app, argc, argv, invocation);
        out.flush();
        return out ? status : fail(err, std::string("cannot write the output: ") + std::strerror(errno));
    } catch (const std::bad_alloc&) {
        return fail(err, "out of memory");
    } catch (const std::exception& error) {
        return fail(err, error.what());
    }
}

}  // namespace dregs
