// What the subcommands share with the command line: where to write, and what status to leave.
//
// Each subcommand is one file with one function, add_NAME, that describes its options and says what to do. They throw
// Error; cli.cpp catches.
#pragma once

#include <CLI/CLI.hpp>
#include <ostream>
#include <string>
#include <vector>

namespace dregs {

struct Invocation {
    std::ostream& out;
    std::ostream& err;
    int status = 0;
    std::vector<std::string> program;  // of run and complete: what stood behind "--"
};

void add_commands(CLI::App& app, Invocation& invocation);

void add_run(CLI::App& app, Invocation& invocation);
void add_top(CLI::App& app, Invocation& invocation);
void add_diff(CLI::App& app, Invocation& invocation);
void add_scopes(CLI::App& app, Invocation& invocation);
void add_ledger(CLI::App& app, Invocation& invocation);
void add_report(CLI::App& app, Invocation& invocation);
void add_watch(CLI::App& app, Invocation& invocation);
void add_snapshot(CLI::App& app, Invocation& invocation);
void add_ls(CLI::App& app, Invocation& invocation);
void add_export(CLI::App& app, Invocation& invocation);
void add_import(CLI::App& app, Invocation& invocation);
void add_help(CLI::App& app, Invocation& invocation);
void add_generate(CLI::App& app, Invocation& invocation);
void add_complete(CLI::App& app, Invocation& invocation);

}  // namespace dregs
