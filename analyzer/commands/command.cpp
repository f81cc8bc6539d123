// See command.h. The order here is the order in --help.
#include "analyzer/commands/command.h"

namespace dregs {

void add_commands(CLI::App& app, Invocation& invocation) {
    add_run(app, invocation);
    add_top(app, invocation);
    add_diff(app, invocation);
    add_scopes(app, invocation);
    add_ledger(app, invocation);
    add_report(app, invocation);
    add_watch(app, invocation);
    add_snapshot(app, invocation);
    add_ls(app, invocation);
    add_export(app, invocation);
    add_import(app, invocation);
    add_help(app, invocation);
    add_generate(app, invocation);
    add_complete(app, invocation);
}

}  // namespace dregs
