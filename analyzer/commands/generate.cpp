// dregs generate man, dregs complete -- WORDS: what the build and the shells ask, in no list of commands.
#include "analyzer/commands/command.h"
#include "analyzer/manual/command_table.h"
#include "analyzer/manual/completion.h"
#include "analyzer/manual/man_page.h"
#include "analyzer/symbols/frame.h"
#include "analyzer/trace/error.h"
#include "analyzer/trace/locate.h"
#include "analyzer/trace/traced_processes.h"

namespace dregs {
namespace {

std::vector<Candidate> traced_pids() {
    std::vector<Candidate> pids;
    for (const TracedProcess& process : find_traced_processes()) {
        pids.push_back({std::to_string(process.pid), process.program});
    }
    return pids;
}

// Modules by their last part, as --where finds them, too.
TraceNames names_in(const std::string& trace) {
    try {
        TraceNames names = read_trace_names(*open_trace_or_pid(trace).source);
        std::set<std::string> modules;
        for (const std::string& path : names.modules) modules.emplace(display_name(path));
        names.modules = modules;
        return names;
    } catch (const Error&) {  // what is no trace has no names
        return {};
    }
}

}  // namespace

void add_generate(CLI::App& app, Invocation& invocation) {
    CLI::App* command = app.add_subcommand("generate", "The manual page in man's macros")->group("");
    auto date = std::make_shared<std::string>();
    command->add_option("what", "man")->required()->check(CLI::IsMember({"man"}));
    command->add_option("--date", *date, "Of the page, as YYYY-MM-DD")->required();
    command->callback(
        [date, &app, &invocation] { invocation.out << man_page(read_commands(app), DREGS_VERSION, *date); });
}

void add_complete(CLI::App& app, Invocation& invocation) {
    CLI::App* command = app.add_subcommand("complete", "What may stand next, for the shells")->group("");
    command->prefix_command();
    command->callback([&app, &invocation] {
        invocation.out << completion_lines(complete(read_commands(app), invocation.program, {traced_pids, names_in}));
    });
}

}  // namespace dregs
