// dregs export --format=FORMAT TRACE|PID: what is live, for other tools.
#include <absl/strings/str_cat.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "analyzer/analysis/diff.h"
#include "analyzer/commands/command.h"
#include "analyzer/commands/open_profile.h"
#include "analyzer/commands/progress_line.h"
#include "analyzer/commands/ranking_options.h"
#include "analyzer/export/file_stream.h"
#include "analyzer/export/folded.h"
#include "analyzer/export/json_export.h"
#include "analyzer/export/massif.h"
#include "analyzer/export/pprof.h"
#include "analyzer/export/speedscope.h"
#include "analyzer/export/sqlite_export.h"
#include "analyzer/export/trace_remarks.h"
#include "analyzer/output/escape.h"
#include "analyzer/output/umdh_report.h"
#include "analyzer/trace/error.h"

namespace dregs {
namespace {

enum class ExportFormat { kPprof, kFolded, kJson, kUmdh, kSqlite, kSpeedscope, kMassif };

const std::map<std::string, ExportFormat> kFormats = {
    {"pprof", ExportFormat::kPprof},  {"folded", ExportFormat::kFolded}, {"json", ExportFormat::kJson},
    {"umdh", ExportFormat::kUmdh},    {"sqlite", ExportFormat::kSqlite}, {"speedscope", ExportFormat::kSpeedscope},
    {"massif", ExportFormat::kMassif}};
const std::map<std::string, Measure> kMeasures = {{"blocks", Measure::kBlocks}, {"bytes", Measure::kBytes}};
const std::map<std::string, RootField> kRoots = {{"scope", RootField::kScope}, {"thread", RootField::kThread}};

struct ExportArguments {
    std::vector<std::string> traces;
    std::string output;
    ExportFormat format = ExportFormat::kJson;
    std::optional<Measure> measure;
    std::vector<RootField> roots;
    double threshold = 1;
    RankingArguments ranking;
    ReportOptions report;
};

// One export: what was asked for, and what is open for it.
class Export {
  public:
    Export(const ExportArguments& arguments, Invocation& invocation);
    void run();

  private:
    void check() const;
    bool to_file() const { return !arguments_.output.empty() && arguments_.output != "-"; }
    void write(std::ostream& out);
    void write_one(std::ostream& out, Profile& profile);
    void write_change(std::ostream& out);
    void write_umdh(std::ostream& out, Profile& profile);
    void write_massif(std::ostream& out);
    void write_database();
    std::unique_ptr<Profile> open(const std::string& trace);
    RankOptions by_stack() const;
    ReportView umdh_view() const;

    const ExportArguments& arguments_;
    Invocation& invocation_;
    ExportOptions options_;
    std::unique_ptr<NamingRoom> naming_;
};

Export::Export(const ExportArguments& arguments, Invocation& invocation)
    : arguments_(arguments), invocation_(invocation) {
    options_.filter = make_filter(arguments.ranking);
    options_.sort = arguments.ranking.sort;
    options_.measure = arguments.measure;
    options_.roots = arguments.roots;
    options_.threshold = arguments.threshold;
    check();
    naming_ = make_naming(arguments.report);
}

bool takes_roots(ExportFormat format) {
    return format == ExportFormat::kFolded || format == ExportFormat::kSpeedscope || format == ExportFormat::kMassif;
}

std::size_t most_traces(ExportFormat format) {
    if (format == ExportFormat::kMassif) return 1000;
    return format == ExportFormat::kFolded || format == ExportFormat::kUmdh ? 2 : 1;
}

void Export::check() const {
    const std::size_t most = most_traces(arguments_.format);
    if (arguments_.traces.size() > most) {
        const bool pprof = arguments_.format == ExportFormat::kPprof;
        throw Error(absl::StrCat("this format takes ", most == 1 ? "one trace" : "two traces, the old and the new",
                                 pprof ? "; pprof -diff_base=OLD compares two exports" : ""));
    }
    if (!options_.roots.empty() && !takes_roots(arguments_.format)) {
        throw Error("--root is for folded, speedscope and massif: other formats tell scopes and threads by themselves");
    }
    if (to_file()) return;
    if (arguments_.format == ExportFormat::kSqlite) throw Error("--format=sqlite needs -o FILE");
    if (arguments_.format == ExportFormat::kPprof && ::isatty(STDOUT_FILENO) == 1) {
        throw Error("pprof's format is binary: -o FILE, or > FILE");
    }
}

std::unique_ptr<Profile> Export::open(const std::string& trace) { return open_profile(trace, *naming_); }

RankOptions Export::by_stack() const {
    RankOptions options;
    options.by = GroupBy::kStack;
    options.sort = options_.sort;
    options.filter = options_.filter;
    return options;
}

ReportView Export::umdh_view() const {
    ReportView view;
    view.decimal = arguments_.report.decimal;
    return view;
}

void Export::write_umdh(std::ostream& out, Profile& profile) {
    print_top_umdh(out, profile, rank_blocks(profile, by_stack(), options_.progress), umdh_view());
}

// Where the format has no place for it, what was lost is said here.
void Export::write_one(std::ostream& out, Profile& profile) {
    switch (arguments_.format) {
        case ExportFormat::kPprof:
            return write_pprof(out, profile, options_);
        case ExportFormat::kSpeedscope:
            return write_speedscope(out, profile, options_);
        case ExportFormat::kJson:
            return write_json_export(out, profile, options_, naming_->symbolizer);
        case ExportFormat::kUmdh:
            write_umdh(out, profile);
            break;
        default:
            write_folded(out, profile, options_);
            break;
    }
    if (!lost_anything(profile)) return;
    for (const std::string& remark : trace_remarks(profile)) invocation_.err << "dregs: " << remark << '\n';
}

void Export::write_change(std::ostream& out) {
    const std::unique_ptr<Profile> before = open(arguments_.traces.front());
    const std::unique_ptr<Profile> now = open(arguments_.traces.back());
    if (arguments_.format == ExportFormat::kFolded) return write_folded_change(out, *before, *now, options_);
    const std::vector<Profile*> both{before.get(), now.get()};
    print_diff_umdh(out, both, diff_profiles(both, {by_stack(), false}), umdh_view());
}

// Each trace is a snapshot, and gone before the next is loaded.
void Export::write_massif(std::ostream& out) {
    const Timeline timeline = timeline_of(arguments_.traces);
    MassifWriter writer(out, options_, timeline.timed);
    for (const std::size_t index : timeline.order) writer.add(*open(arguments_.traces[index]));
}

void Export::write(std::ostream& out) {
    if (arguments_.format == ExportFormat::kMassif) return write_massif(out);
    if (arguments_.traces.size() == 2) return write_change(out);
    write_one(out, *open(arguments_.traces.front()));
}

void Export::write_database() {
    const std::unique_ptr<Profile> profile = open(arguments_.traces.front());
    NewFile file(arguments_.output);
    write_sqlite(file.path(), *profile, options_, naming_->symbolizer);
    file.keep(std::filesystem::file_size(file.path()));
    invocation_.out << escape_text(file.path()) << '\n';
}

void Export::run() {
    ProgressLine progress("exporting");
    options_.progress = [&](std::uint64_t done, std::uint64_t total) { progress.show(done, total); };
    if (arguments_.format == ExportFormat::kSqlite) {
        write_database();
    } else if (!to_file()) {
        write(invocation_.out);
    } else {
        FileStream file(arguments_.output);
        write(file.out());
        file.keep();
        invocation_.out << escape_text(file.path()) << '\n';
    }
    print_warnings(invocation_.err, *naming_);
}

void add_export_options(CLI::App& command, ExportArguments& arguments) {
    command.add_option("--format", arguments.format, "pprof, folded, speedscope, json, sqlite, umdh or massif")
        ->required()
        ->transform(CLI::CheckedTransformer(kFormats).description(""))
        ->type_name("FORMAT");
    command
        .add_option(
            "-o,--output", arguments.output,
            "Where to (default, and -: standard output); a file that exists is kept, and .2 goes before the suffix")
        ->type_name("FILE");
    command
        .add_option("--value", arguments.measure,
                    "blocks or bytes: what folded and massif count, and what is shown first in pprof and speedscope\n"
                    "(default: blocks; massif: bytes)")
        ->transform(CLI::CheckedTransformer(kMeasures).description(""))
        ->type_name("WHAT");
    command
        .add_option(
            "--root", arguments.roots,
            "scope or thread as an outermost frame of each stack (folded, speedscope, massif); both: two of them")
        ->transform(CLI::CheckedTransformer(kRoots).description(""))
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("FIELD");
    command
        .add_option("--threshold", arguments.threshold,
                    "Massif: what holds less than so many percent is told in one line (default: 1; 0: everything)")
        ->check(CLI::Range(0.0, 100.0).description(""))
        ->type_name("PERCENT");
}

}  // namespace

void add_export(CLI::App& app, Invocation& invocation) {
    CLI::App* command =
        app.add_subcommand("export", "What is live, for pprof, flame graphs, speedscope, SQL and others");
    auto arguments = std::make_shared<ExportArguments>();
    command
        ->add_option("trace", arguments->traces, "A trace, or the pid of a running traced process; see below for more")
        ->required()
        ->type_name("TRACE|PID");
    add_export_options(*command, *arguments);
    add_order_option(*command, arguments->ranking, false);
    add_filter_options(*command, arguments->ranking);
    command->add_flag("-d,--decimal", arguments->report.decimal, "UMDH's numbers in decimal, not hexadecimal");
    add_naming_options(*command, arguments->report);
    command->footer(
        "Two traces, OLD NEW: the difference, in folded (old and new number on each line) and umdh.\n"
        "Several: the snapshots of massif. For a difference in pprof: pprof -diff_base=OLD NEW.");
    command->callback([arguments, &invocation] { Export(*arguments, invocation).run(); });
}

}  // namespace dregs
