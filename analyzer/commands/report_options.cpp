// See report_options.h.
#include "analyzer/commands/report_options.h"

#include <unistd.h>

#include <cstdlib>
#include <map>

#include "analyzer/commands/symbol_progress_line.h"
#include "analyzer/commands/value_checks.h"
#include "analyzer/symbols/cache_folder.h"

namespace dregs {
namespace {

constexpr std::size_t kTextRows = 20;
constexpr std::size_t kTextFrames = 4;
constexpr std::size_t kWidest = 10000;

bool wants_servers(const ReportOptions& options) {
    if (options.debuginfod) choose_system_servers();
    const char* servers = std::getenv("DEBUGINFOD_URLS");
    return options.debuginfod || (!options.no_debuginfod && servers && *servers);
}

}  // namespace

void add_naming_options(CLI::App& command, ReportOptions& options) {
    command.add_flag("--wrappers", options.wrappers,
                     "Take no frame for an allocation wrapper: sites are the callers of malloc");
    command.add_option("--wrapper", options.wrapper_patterns, "One more wrapper, such as 'pool_*' or 'libx.so*:alloc'")
        ->type_name("PATTERN")
        ->allow_extra_args(false);
    command
        .add_option("--wrapper-list", options.wrapper_list, "Use this list of wrappers in place of the built-in one")
        ->type_name("FILE");
    command.add_flag("--no-suppressions", options.no_suppressions,
                     "Count the C library's own buffers, too, such as standard output's");
    command.add_option("--debug-path", options.debug_paths, "Folder of separate debug files (default: /usr/lib/debug)")
        ->type_name("DIR")
        ->allow_extra_args(false);
    command.add_option("--sysroot", options.sysroot, "Where the modules of another machine or container are")
        ->type_name("DIR");
    command.add_flag("--debuginfod", options.debuginfod,
                     "Fetch debug files that are not here from the servers in DEBUGINFOD_URLS, else in\n"
                     "/etc/debuginfod (default: where DEBUGINFOD_URLS is set)");
    command.add_flag("--no-debuginfod", options.no_debuginfod, "Ask no servers, whatever DEBUGINFOD_URLS says")
        ->excludes("--debuginfod");
    command
        .add_option("--debuginfod-timeout", options.debuginfod_seconds,
                    "How long one debug file may take, and all together five times that (default: 60)")
        ->check(CLI::Range(0.1, 86400.0).description(""))
        ->type_name("SECONDS");
    command
        .add_option("--symbol-budget", options.symbol_budget,
                    "How many times the usual time and memory reading symbols may take, 0: any (default: 1)")
        ->check(CLI::Range(0.0, 1e6).description(""))
        ->type_name("TIMES");
    command.add_flag("--no-symbol-cache", options.no_symbol_cache,
                     "Look all names up anew: neither use nor write what is kept in ~/.cache/dregs");
}

void add_report_options(CLI::App& command, ReportOptions& options, bool with_umdh) {
    std::map<std::string, OutputFormat> formats{{"text", OutputFormat::kText}, {"json", OutputFormat::kJson}};
    if (with_umdh) formats["umdh"] = OutputFormat::kUmdh;
    command.add_option("-n,--rows", options.rows, "Rows to show, 0: all (default: 20 in text, all otherwise)")
        ->check(whole_number())
        ->type_name("N");
    command.add_option("--frames", options.frames, "Frames of each stack, 0: all (default: 4 in text, all otherwise)")
        ->check(whole_number())
        ->type_name("N");
    command.add_flag("--json", options.json, "The same as --format=json");
    command.add_option("--format", options.format, with_umdh ? "text, json or umdh" : "text or json")
        ->transform(CLI::CheckedTransformer(formats).description(""))
        ->type_name("FORMAT");
    if (with_umdh) command.add_flag("-d,--decimal", options.decimal, "UMDH's numbers in decimal, not hexadecimal");
    add_naming_options(command, options);
    add_terminal_options(command, options.terminal);
}

OutputFormat chosen_format(const ReportOptions& options) { return options.json ? OutputFormat::kJson : options.format; }

ReportView make_view(const ReportOptions& options) {
    const bool text = chosen_format(options) == OutputFormat::kText;
    ReportView view;
    view.rows = options.rows.value_or(text ? kTextRows : 0);
    view.frames = options.frames.value_or(text ? kTextFrames : 0);
    if (text && ::isatty(STDOUT_FILENO) == 1) view.palette.width = terminal_columns(kWidest);
    view.palette.colour = text && wants_colour(options.terminal);
    view.decimal = options.decimal;
    return view;
}

std::unique_ptr<NamingRoom> make_naming(const ReportOptions& options) {
    SymbolizerOptions symbols;
    if (!options.debug_paths.empty()) symbols.debug_paths = options.debug_paths;
    symbols.sysroot = options.sysroot;
    symbols.ask_servers = wants_servers(options);
    symbols.limits.file = std::chrono::milliseconds(static_cast<long>(options.debuginfod_seconds * 1000));
    symbols.limits.all = 5 * symbols.limits.file;
    symbols.progress = show_symbol_progress();
    symbols.budget = options.symbol_budget;
    if (!options.no_symbol_cache) symbols.cache_folder = symbol_cache_folder();
    auto room = std::make_unique<NamingRoom>(
        symbols, options.wrapper_list.empty() ? WrapperList() : WrapperList::from_file(options.wrapper_list),
        options.wrappers);
    if (options.no_suppressions) room->suppressions = Suppressions::none();
    for (const std::string& pattern : options.wrapper_patterns) room->wrappers.add(pattern);
    return room;
}

}  // namespace dregs
