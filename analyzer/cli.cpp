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
#include "analyzer/commands/usage_problem.h"
#include "analyzer/output/escape.h"

namespace dregs {
namespace {

constexpr int kUsage = 2;

// Positional arguments by what they are, TRACE|PID, and the program of `run`, which is no option.
class UsageFormatter : public CLI::Formatter {
  public:
    std::string make_option_usage(const CLI::Option* option) const override { return option->get_type_name(); }
    std::string make_usage(const CLI::App* app, std::string name) const override {
        std::string usage = CLI::Formatter::make_usage(app, std::move(name));
        if (app->get_prefix_command()) usage.insert(usage.find_last_not_of('\n') + 1, " -- PROGRAM [ARGUMENTS]");
        return usage;
    }
};

void describe(CLI::App& app) {
    app.name("dregs");
    app.description(
        "dregs: which call sites hold the blocks that a program has not freed, and which outlived their scope.");
    app.footer(
        "Trace:    dregs run -- ./server args        (or: LD_PRELOAD=/path/libdregs.so ./server args)\n"
        "Look:     dregs top server.4711.dregs       (or the pid, while it runs)\n"
        "Exit status: 0 done, 1 findings (with --exit-code), 2 usage or unreadable trace.");
    app.set_version_flag("--version", std::string("dregs ") + DREGS_VERSION, "Print the version and exit");
    app.set_help_flag("-h,--help", "Print this help and exit");
    app.require_subcommand(1);
    auto formatter = std::make_shared<UsageFormatter>();
    formatter->column_width(34);
    app.formatter(formatter);
}

int fail(std::ostream& err, const std::string& message) {
    err << "dregs: " << escape_text(message) << '\n';
    return kUsage;
}

int usage_error(CLI::App& app, const CLI::ParseError& error, const std::vector<std::string>& words,
                Invocation& invocation) {
    std::ostream& err = invocation.err;
    if (error.get_exit_code() == 0) {  // --help, --version
        app.exit(error, invocation.out, err);
        return 0;
    }
    const auto used = app.get_subcommands();
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
