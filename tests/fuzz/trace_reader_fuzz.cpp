// Feeds damaged traces to what `dregs top`, `scopes`, `ledger`, `diff`, `export`, `report` and `snapshot` do with a
// file: an Error or a result, never a crash. A copy of what can be read can be read, too, and holds no more blocks.
//
// Brings its own seeds: without a corpus the first mutation makes a small sound trace, and later ones damage it where
// it hurts (words of the header and the tables, replaced by numbers that mean something there).
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "analyzer/analysis/diff.h"
#include "analyzer/analysis/ledger.h"
#include "analyzer/analysis/scope_report.h"
#include "analyzer/analysis/timeline.h"
#include "analyzer/analysis/trend_table.h"
#include "analyzer/export/folded.h"
#include "analyzer/export/json_export.h"
#include "analyzer/export/massif.h"
#include "analyzer/export/pprof.h"
#include "analyzer/export/speedscope.h"
#include "analyzer/export/sqlite_export.h"
#include "analyzer/output/diff_report.h"
#include "analyzer/output/ledger_report.h"
#include "analyzer/output/scopes_report.h"
#include "analyzer/output/top_report.h"
#include "analyzer/output/trend_report.h"
#include "analyzer/output/umdh_report.h"
#include "analyzer/report/page_file.h"
#include "analyzer/report/report_document.h"
#include "analyzer/trace/error.h"
#include "analyzer/trace/header_reader.h"
#include "analyzer/trace/load.h"
#include "analyzer/trace/snapshot.h"
#include "analyzer/trace/trace_names.h"
#include "analyzer/trace/trace_writer.h"

using namespace dregs;

namespace {

constexpr std::uint64_t kHeap = 0x5555'0000'0000;

std::uint32_t add_scope(TraceWriter& writer, std::uint32_t kind, std::uint64_t status, std::uint32_t parent) {
    format::Scope scope{};
    scope.status = status;
    scope.kind = kind;
    scope.parent = parent;
    scope.tid = 7;
    std::memcpy(scope.label, "label", 5);
    return writer.add_scope(scope);
}

std::uint32_t add_stack(TraceWriter& writer) {
    format::Module module{};
    module.state = format::ModuleState::kLoaded;
    module.path = writer.add_string("/lib/x.so");
    module.end = 0x10000;
    const std::uint32_t index = writer.add_module(module);
    const std::uint32_t outer = writer.add_node(format::kStackWhole, format::make_location(0x100, index, false));
    return writer.add_node(outer, format::make_location(0x200, index, true));
}

std::vector<std::uint8_t> seed_trace(unsigned seed) {
    std::mt19937 random(seed);
    TraceWriter writer;
    writer.header().writer = format::Writer::kShim;
    writer.header().sample_bytes = random() % 2 ? 0 : static_cast<std::uint32_t>(random());
    writer.header().program = writer.add_string("/bin/x");
    const std::uint32_t stacks[] = {writer.add_named_stack({"f", "main"}), add_stack(writer), format::kStackNone};
    const std::uint32_t kind = writer.add_kind("packet", writer.add_kind("file"));
    writer.kind_counters(kind).entered = 3;
    const std::uint32_t open = add_scope(writer, kind, 1, 0);
    const std::uint32_t closed = add_scope(writer, kind, 2, open);
    const std::uint32_t share = add_scope(writer, kind, format::kScopeShare | 1u, closed);
    const std::uint32_t pool = add_scope(writer, kind, format::kScopePool | 1u, closed);
    const std::uint32_t scopes[] = {0, open, closed, share, pool};
    for (unsigned i = 0; i < 2 + random() % 20; ++i) {
        writer.add_block(kHeap + std::uint64_t{i} * 4096, random() % 200, stacks[random() % 3], scopes[random() % 5]);
    }
    writer.add_side_block({(kHeap + 8) | format::kSidePool, stacks[0], pool, 64, 0, 0});
    writer.add_side_block({kHeap + 9, stacks[1], share, 64, 0, 0});
    for (unsigned i = 0; i < random() % 12; ++i) {
        const auto release = static_cast<format::ReleaseKind>(random() % 9);
        writer.add_release({format::make_release_key(stacks[random() % 3], stacks[random() % 3], release),
                            random() % 1000, random(), static_cast<std::uint32_t>(random()),
                            static_cast<std::uint32_t>(random())});
    }
    writer.add_note({format::NoteCode::kGrowthFailed, 28, writer.add_string("x"), 1, 2});
    return writer.finish();
}

// Every --by, and a --where of every field.
void rank_otherwise(Profile& profile) {
    const GroupBy groups[] = {GroupBy::kStack, GroupBy::kFunction, GroupBy::kModule, GroupBy::kScope, GroupBy::kThread};
    const char* const conditions[] = {"function:m*", "file:*.c", "module:*", "thread:*", "scope:p*", "stack:*f*"};
    for (const GroupBy group : groups) {
        RankOptions options;
        options.by = group;
        options.sort = SortBy::kAge;
        (void)rank_blocks(profile, options);
    }
    for (const char* condition : conditions) {
        RankOptions options;
        options.filter.where.push_back(parse_where(condition));
        options.filter.scope = "packet";
        (void)rank_blocks(profile, options);
        options.filter.scope.reset();
        (void)rank_blocks(profile, options);
    }
}

// The trace as three moments of itself.
void judge_trends(Profile& profile, const Symbolizer& symbolizer) {
    const std::vector<format::Header> headers(3, profile.trace().header());
    TrendTable table({{}, true}, order_traces(headers).timed, headers.size(), 4);
    TrendReport report({});
    for (std::size_t i = 0; i < headers.size(); ++i) {
        table.add(profile);
        report.add_trace(profile);
    }
    const Trends trends = table.finish();
    std::ostringstream out;
    report.print_text(out, trends);
    report.print_json(out, trends, symbolizer);
}

// The ledger, if there is one, in all its forms.
void keep_ledger(std::ostream& out, Profile& profile, NamingRoom& naming) {
    if (profile.trace().header().ledger == 0) return;
    for (const GroupBy group : {GroupBy::kSite, GroupBy::kStack, GroupBy::kFunction, GroupBy::kModule}) {
        LedgerOptions options;
        options.by = group;
        const Ledger ledger = make_ledger(profile, options);
        print_ledger_text(out, profile, ledger, {}, true);
        print_ledger_json(out, profile, ledger, {}, naming.symbolizer);
    }
}

// The page of one moment and that of two: valid JSON, whatever the numbers and names are.
void make_pages(Profile& profile, const Symbolizer& symbolizer) {
    for (const std::size_t moments : {std::size_t{1}, std::size_t{2}}) {
        ReportDocument document({false, "fuzz"}, false, moments);
        for (std::size_t i = 0; i < moments; ++i) document.add(profile, symbolizer);
        const std::string text = document.finish();
        if (!Json::accept(text) || make_page(text).empty()) abort();
    }
}

struct Folder {
    std::string path = std::filesystem::temp_directory_path() / "dregs-fuzz.XXXXXX";
    Folder() {
        if (!mkdtemp(path.data())) abort();
    }
    ~Folder() { std::filesystem::remove_all(path); }
};

const Folder& work_folder() {
    static const Folder folder;
    return folder;
}

// Every format, and scopes and threads as roots.
void export_everything(std::ostream& out, Profile& profile, const Symbolizer& symbolizer) {
    ExportOptions options;
    write_folded_change(out, profile, profile, options);
    options.roots = {RootField::kThread, RootField::kScope};
    options.threshold = 0;
    write_folded(out, profile, options);
    write_speedscope(out, profile, options);
    MassifWriter(out, options, true).add(profile);
    write_json_export(out, profile, options, symbolizer);
    write_pprof(out, profile, options);
    if (profile.totals().live.recorded().bytes % 4 != 0) return;  // a file each time would be most of the time
    const std::string database = work_folder().path + "/export.db";
    std::ofstream(database).close();
    write_sqlite(database, profile, options, symbolizer);
    std::filesystem::remove(database);
}

void answer_everything(const ByteSource& source) {
    (void)read_trace_names(source);
    BlockSums sums(read_header(source).sample_bytes);
    Trace trace = load_trace(source, [&](const LiveBlock& block) { sums.add(block); });
    SymbolizerOptions nowhere;  // a hostile path must not lead out of the test
    nowhere.sysroot = "/nonexistent";
    nowhere.debug_paths.clear();
    NamingRoom naming(nowhere, WrapperList(), false);
    ProcessStatus status;
    Profile profile(std::move(trace), sums, status, naming);
    std::ostringstream out;
    const std::vector<Row> rows = rank_blocks(profile, {});
    print_top_text(out, profile, rows, {});
    print_top_json(out, profile, rows, {}, naming.symbolizer);
    print_top_umdh(out, profile, rows, {});
    const ScopeReport report = report_scopes(profile);
    print_scopes_text(out, profile, report, {});
    print_scopes_json(out, profile, report, {}, naming.symbolizer);
    rank_otherwise(profile);
    judge_trends(profile, naming.symbolizer);
    keep_ledger(out, profile, naming);
    make_pages(profile, naming.symbolizer);
    const std::vector<Profile*> both = {&profile, &profile};
    const Diff diff = diff_profiles(both, {{}, true});
    print_diff_text(out, both, diff, {});
    print_diff_json(out, both, diff, {}, naming.symbolizer);
    print_diff_umdh(out, both, diff, {});
    export_everything(out, profile, naming.symbolizer);
}

std::uint64_t count_blocks(const ByteSource& source) {
    std::uint64_t blocks = 0;
    load_trace(source, [&](const LiveBlock&) { ++blocks; });
    return blocks;
}

void copy_and_read_again(const ByteSource& source) {
    const Folder& folder = work_folder();
    const std::uint64_t blocks = count_blocks(source);
    const std::string path = take_snapshot(source, {folder.path + "/copy.dregs", false, "a label"});
    const FileSource copy(path);
    std::filesystem::remove(path);
    if (count_blocks(copy) > blocks) abort();
}

// A number that is likely to be a bad one: near a limit, a place in the file, an index.
std::uint64_t telling_number(std::mt19937& random, std::size_t size) {
    switch (random() % 6) {
        case 0:
            return random() % 64;
        case 1:
            return std::uint64_t{1} << random() % 64;
        case 2:
            return (std::uint64_t{1} << random() % 64) - 1;
        case 3:
            return random() % (size / 8) * 8;
        case 4:
            return size - random() % 64;
        default:
            return std::uint64_t{random()} << 32 | random();
    }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    std::mt19937 random(seed);
    if (size < format::kHeaderBytes || random() % 64 == 0) {
        const std::vector<std::uint8_t> fresh = seed_trace(seed);
        if (fresh.size() > most) return LLVMFuzzerMutate(data, size, most);
        std::memcpy(data, fresh.data(), fresh.size());
        return fresh.size();
    }
    if (random() % 32 == 0) return LLVMFuzzerMutate(data, size, most);
    for (unsigned i = 0; i < 1 + random() % 4; ++i) {
        // Half of the damage to the header, the rest to what is not a leaf: tables come first in the file.
        const std::size_t reach = random() % 2 ? sizeof(format::Header) : size;
        const std::size_t width = std::size_t{1} << random() % 4;
        const std::size_t at = random() % (reach / width) * width;
        const std::uint64_t value = telling_number(random, size);
        std::memcpy(data + at, &value, width);
    }
    return size;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const MemorySource source("fuzz.dregs", absl::MakeConstSpan(data, size));
        answer_everything(source);
        copy_and_read_again(source);
    } catch (const Error&) {
        return 0;
    }
    return 0;
}
