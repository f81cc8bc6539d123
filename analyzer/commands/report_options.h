// The options that top, diff and scopes have in common: how to name frames, what to show, in which format.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/analysis/profile.h"
#include "analyzer/commands/terminal_options.h"
#include "analyzer/output/report_view.h"

namespace dregs {

enum class OutputFormat { kText, kJson, kUmdh };

struct ReportOptions {
    OutputFormat format = OutputFormat::kText;
    bool json = false;
    std::optional<std::size_t> rows;
    std::optional<std::size_t> frames;
    bool wrappers = false;
    std::string wrapper_list;
    std::vector<std::string> wrapper_patterns;
    std::vector<std::string> debug_paths;
    std::string sysroot;
    bool debuginfod = false;  // neither: where DEBUGINFOD_URLS names servers
    bool no_debuginfod = false;
    double debuginfod_seconds = 60;
    bool no_symbol_cache = false;
    double symbol_budget = 1;
    bool no_suppressions = false;
    bool decimal = false;
    TerminalOptions terminal;
};

// `formats`: "text|json" or "text|json|umdh".
void add_report_options(CLI::App& command, ReportOptions& options, bool with_umdh);

// Those of them that say how frames are named, and what is left out.
void add_naming_options(CLI::App& command, ReportOptions& options);

OutputFormat chosen_format(const ReportOptions& options);
ReportView make_view(const ReportOptions& options);
std::unique_ptr<NamingRoom> make_naming(const ReportOptions& options);

}  // namespace dregs
