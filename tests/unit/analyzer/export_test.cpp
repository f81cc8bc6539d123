// What dregs export writes: sums that are those of the trace, forms that are those of the formats, names that do no
// harm.
#include <sqlite3.h>
#include <zlib.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>
#include <sstream>

#include "analyzer/export/file_stream.h"
#include "analyzer/export/folded.h"
#include "analyzer/export/json_export.h"
#include "analyzer/export/massif.h"
#include "analyzer/export/pprof.h"
#include "analyzer/export/speedscope.h"
#include "analyzer/export/sqlite_export.h"
#include "analyzer/trace/error.h"
#include "trace_fixture.h"

namespace dregs {
namespace {

using WriteExport = void (*)(std::ostream&, Profile&, const ExportOptions&);

std::string written(WriteExport write, Profile& profile, const ExportOptions& options = {}) {
    std::ostringstream out;
    write(out, profile, options);
    return out.str();
}

std::string massif(Profile& profile, const ExportOptions& options = {}) {
    std::ostringstream out;
    MassifWriter(out, options, true).add(profile);
    return out.str();
}

nlohmann::json json_export(TestProfile& profile, const ExportOptions& options = {}) {
    std::ostringstream out;
    write_json_export(out, *profile, options, profile.naming().symbolizer);
    return nlohmann::json::parse(out.str());
}

std::string unzipped(const std::string& zipped) {
    z_stream stream{};
    EXPECT_EQ(inflateInit2(&stream, MAX_WBITS + 16), Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(zipped.data()));
    stream.avail_in = static_cast<uInt>(zipped.size());
    std::string plain(1 << 20, '\0');
    stream.next_out = reinterpret_cast<Bytef*>(plain.data());
    stream.avail_out = static_cast<uInt>(plain.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    plain.resize(stream.total_out);
    inflateEnd(&stream);
    return plain;
}

// A SQLite export in a folder of its own, and what it answers: rows by lines, columns by bars.
class Database {
  public:
    explicit Database(TestProfile& profile, const ExportOptions& options = {}) {
        const std::string path = folder_.write("x.db", {});
        write_sqlite(path, *profile, options, profile.naming().symbolizer);
        EXPECT_EQ(sqlite3_open_v2(path.c_str(), &database_, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
    }
    ~Database() { sqlite3_close(database_); }

    std::string ask(const char* sql) {
        std::string answer;
        char* error = nullptr;
        EXPECT_EQ(sqlite3_exec(database_, sql, add_row, &answer, &error), SQLITE_OK) << sql << ": " << error;
        return answer;
    }

  private:
    static int add_row(void* answer, int columns, char** values, char**) {
        auto& text = *static_cast<std::string*>(answer);
        if (!text.empty()) text += "\n";
        for (int i = 0; i < columns; ++i) text += std::string(i == 0 ? "" : "|") + (values[i] ? values[i] : "NULL");
        return 0;
    }

    TempFolder folder_;
    sqlite3* database_ = nullptr;
};

// Every name that a program or a file can choose is `name`.
TraceWriter named_trace(const std::string& name) {
    TraceWriter writer;
    writer.header().program = writer.add_string("/bin/" + name);
    writer.header().command = writer.add_string(name + std::string(1, '\0') + name);
    writer.header().host = writer.add_string(name);
    writer.header().pid = 7;
    const std::uint32_t kind = writer.add_kind(name);
    format::Scope scope = make_scope(kind, format::ScopeState::kClosed, 0, 0, name.c_str());
    scope.thread_name = writer.add_string(name);
    const std::string frame = name + "\t/src/" + name + "\t7\t/lib/" + name;
    writer.add_block(kHeap, 1337, writer.add_named_stack({name, frame}), writer.add_scope(scope));
    writer.add_note({format::NoteCode::kTableFull, 0, writer.add_string(name), 1, 1});
    return writer;
}

const std::string kHostile[] = {"\x1b[31mred",
                                "two\nlines 1",
                                "a;b",
                                "semi; 12 34",
                                "\"quoted\\\"",
                                "\xff\xfe\xc3(",
                                "</script>",
                                "x#no comment",
                                "' OR 1=1; --",
                                "\xc2\x9b 31m",
                                "\xe2\x80\xae txt",
                                "%s%n",
                                ""};

bool has_controls(const std::string& text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && byte != '\n') || byte == 0x7f;
    });
}

TEST(Folded, HasALineForEachStackOutermostFirst) {
    TraceWriter writer = sample_trace();
    TestProfile profile(writer);
    EXPECT_EQ(written(write_folded, *profile),
              "main;handle_request;leak 30\n"
              "main;cache 5\n"
              "main;handle_request;work 1\n");
    ExportOptions options;
    options.measure = Measure::kBytes;
    options.sort = SortBy::kBytes;
    options.roots = {RootField::kScope, RootField::kThread};
    EXPECT_EQ(written(write_folded, *profile, options),
              "scope request;thread 100;main;handle_request;leak 3000\n"
              "scope request;thread 100;main;handle_request;work 1337\n"
              "no scope;unknown thread;main;cache 120\n");
}

TEST(Folded, PartsAStackByRootsOnlyWhereAsked) {
    TraceWriter writer = sample_trace();
    const auto scope = writer.add_scope(make_scope(writer.add_kind("job"), format::ScopeState::kOpen));
    writer.add_block(kHeap + 0x10000, 50, writer.add_named_stack({"leak", "handle_request", "main"}), scope);
    TestProfile profile(writer);
    ExportOptions options;
    options.sort = SortBy::kBytes;
    options.filter.where = {parse_where("function:leak")};
    EXPECT_EQ(written(write_folded, *profile, options), "main;handle_request;leak 31\n");
    options.roots = {RootField::kScope};
    EXPECT_EQ(written(write_folded, *profile, options),
              "scope request;main;handle_request;leak 30\n"
              "scope job;main;handle_request;leak 1\n");
}

TEST(Folded, HasTwoNumbersOfTwoTraces) {
    TraceWriter before = sample_trace();
    before.add_block(kHeap + 0x20000, 8, before.add_named_stack({"gone", "main"}), 0);
    TraceWriter now = sample_trace();
    now.add_block(kHeap + 0x20000, 100, now.add_named_stack({"leak", "handle_request", "main"}), 0);
    now.add_block(kHeap + 0x20100, 9, now.add_named_stack({"fresh", "main"}), 0);
    TestProfile old_profile(before);
    TestProfile new_profile(now);
    std::ostringstream out;
    write_folded_change(out, *old_profile, *new_profile, {});
    EXPECT_EQ(out.str(),
              "main;handle_request;leak 30 31\n"
              "main;cache 5 5\n"
              "main;handle_request;work 1 1\n"
              "main;fresh 0 1\n"
              "main;gone 1 0\n");
}

TEST(Folded, KeepsItsSeparatorsWhateverTheNames) {
    TraceWriter writer;
    writer.add_block(kHeap, 8, writer.add_named_stack({"leaf 12 34", "a;b", "line\nend"}), 0);
    TestProfile profile(writer);
    EXPECT_EQ(written(write_folded, *profile), "line\\x0aend;a\\x3bb;leaf 12\\x2034 1\n");
}

TEST(Massif, IsATreeOfCallersBelowEachSite) {
    TraceWriter writer = sample_trace();
    TestProfile profile(writer);
    const std::string text = massif(*profile);
    EXPECT_EQ(text.substr(text.find("cmd:")),
              "cmd: server -v\n"
              "time_unit: ms\n"
              "#-----------\n"
              "snapshot=0\n"
              "#-----------\n"
              "time=0\n"
              "mem_heap_B=4457\n"
              "mem_heap_extra_B=0\n"
              "mem_stacks_B=0\n"
              "heap_tree=detailed\n"
              "n3: 4457 (heap allocation functions) malloc/new/new[], --alloc-fns, etc.\n"
              " n1: 3000 0x0: leak\n"
              "  n1: 3000 0x0: handle_request\n"
              "   n0: 3000 0x0: main\n"
              " n1: 1337 0x0: work\n"
              "  n1: 1337 0x0: handle_request\n"
              "   n0: 1337 0x0: main\n"
              " n1: 120 0x0: cache\n"
              "  n0: 120 0x0: main\n");
}

TEST(Massif, AddsUpWhatIsBelowTheThreshold) {
    TraceWriter writer = sample_trace();
    TestProfile profile(writer);
    ExportOptions options;
    options.threshold = 50;
    const std::string text = massif(*profile, options);
    EXPECT_NE(text.find("n2: 4457 (heap"), std::string::npos);
    EXPECT_NE(text.find(" n0: 1457 in 2 places, all below massif's threshold (50.00%)\n"), std::string::npos) << text;
}

TEST(Speedscope, HasTheSumsAndItsFrames) {
    TraceWriter writer = sample_trace();
    TestProfile profile(writer);
    const auto json = nlohmann::json::parse(written(write_speedscope, *profile));
    EXPECT_EQ(json["$schema"], "https://www.speedscope.app/file-format-schema.json");
    ASSERT_EQ(json["profiles"].size(), 2u);
    const auto& bytes = json["profiles"][1];
    EXPECT_EQ(bytes["unit"], "bytes");
    EXPECT_EQ(bytes["endValue"], 4457);
    ASSERT_EQ(bytes["samples"].size(), bytes["weights"].size());
    EXPECT_EQ(bytes["weights"][0], 3000);
    EXPECT_EQ(json["profiles"][0]["weights"], (std::vector<int>{30, 5, 1}));
    const auto& frames = json["shared"]["frames"];
    EXPECT_EQ(frames[bytes["samples"][0].front().get<std::size_t>()]["name"], "main");
    EXPECT_EQ(frames[bytes["samples"][0].back().get<std::size_t>()]["name"], "leak");
}

TEST(JsonExport, HasEachStackByScopeAndThread) {
    TraceWriter writer = sample_trace();
    TestProfile profile(writer);
    const auto json = json_export(profile);
    EXPECT_EQ(json["totals"]["live_blocks"], 36);
    EXPECT_EQ(json["exported"]["live_bytes"], 4457);
    EXPECT_EQ(json["exported"]["outlived_blocks"], 30);
    ASSERT_EQ(json["stacks"].size(), 3u);
    const auto& leak = json["stacks"][0];
    EXPECT_EQ(leak["live_blocks"], 30);
    ASSERT_EQ(leak["shares"].size(), 1u);
    EXPECT_EQ(leak["shares"][0]["scope"], "request");
    EXPECT_EQ(leak["shares"][0]["thread"], "thread 100");
    EXPECT_EQ(leak["shares"][0]["outlived_bytes"], 3000);
    EXPECT_EQ(json["frames"][leak["frames"][0].get<std::size_t>()]["function"], "leak");
    EXPECT_EQ(json["kinds"][0]["entered"], 100);
    EXPECT_FALSE(json.contains("allocated"));
}

TEST(JsonExport, HasOnlyWhatTheFilterLetsThrough) {
    TraceWriter writer = sample_trace();
    TestProfile profile(writer);
    ExportOptions options;
    options.filter.scope = "";
    const auto json = json_export(profile, options);
    EXPECT_EQ(json["exported"]["live_blocks"], 5);
    EXPECT_EQ(json["totals"]["live_blocks"], 36);
    EXPECT_EQ(json["stacks"].size(), 1u);
}

TEST(Pprof, IsGzipAndTheSameEachTime) {
    TraceWriter writer = sample_trace();
    TestProfile profile(writer);
    const std::string zipped = written(write_pprof, *profile);
    EXPECT_EQ(zipped.substr(0, 2), "\x1f\x8b");
    EXPECT_EQ(zipped, written(write_pprof, *profile));
    const std::string plain = unzipped(zipped);
    for (const char* name : {"inuse_objects", "outlived_space", "leak", "request", "thread 100", "nothing was lost"}) {
        EXPECT_NE(plain.find(name), std::string::npos) << name;
    }
    EXPECT_EQ(plain.find("alloc_objects"), std::string::npos);
}

TEST(Pprof, TellsAllocationsWhereALedgerKnowsThem) {
    TraceWriter writer = sample_trace();
    const std::uint32_t leak = writer.add_named_stack({"leak", "handle_request", "main"});
    const std::uint32_t release = writer.add_named_stack({"drop", "main"});
    writer.add_release({format::make_release_key(leak, release, format::ReleaseKind::kFreed), 70, 7000, 0, 0});
    writer.thread().alloc_calls += 70;
    writer.thread().free_calls += 70;
    TestProfile profile(writer);
    EXPECT_NE(unzipped(written(write_pprof, *profile)).find("alloc_objects"), std::string::npos);
    const auto json = json_export(profile);
    EXPECT_EQ(json["allocated"].size(), 3u);
    Database database(profile);
    EXPECT_EQ(database.ask("SELECT allocated_blocks, released_bytes FROM allocated ORDER BY 1 DESC LIMIT 1"),
              "100|7000");
    ExportOptions scoped;
    scoped.filter.scope = "request";
    EXPECT_EQ(unzipped(written(write_pprof, *profile, scoped)).find("alloc_objects"), std::string::npos);
}

TEST(Sqlite, AnswersItsViews) {
    TraceWriter writer = sample_trace();
    TestProfile profile(writer);
    Database database(profile);
    EXPECT_EQ(database.ask("SELECT sum(blocks), sum(bytes) FROM live"), "36|4457");
    EXPECT_EQ(database.ask("SELECT live_blocks, live_bytes, outlived_blocks, stacks, function FROM top"),
              "30|3000|30|1|leak\n5|120|0|1|cache\n1|1337|0|1|work");
    EXPECT_EQ(database.ask("SELECT scope, survivor_blocks, instances, function FROM survivors"), "request|30|10|leak");
    EXPECT_EQ(database.ask("SELECT scope, entered, live_blocks, survivor_bytes FROM by_kind"),
              "request|100|31|3000\n|NULL|5|0");
    EXPECT_EQ(database.ask("SELECT thread, live_blocks FROM by_thread"), "thread 100|31\nunknown thread|5");
    EXPECT_EQ(database.ask("SELECT label, state, live_blocks FROM instances ORDER BY label DESC LIMIT 2"),
              "request 9|closed|3\nrequest 8|closed|3");
    EXPECT_EQ(
        database.ask("SELECT callers FROM stack_text JOIN stacks ON stacks.id = stack_id JOIN live USING (stack_id) "
                     "WHERE bytes = 1337"),
        "work < handle_request < main");
    EXPECT_EQ(database.ask("SELECT value FROM meta WHERE key = 'totals.live_blocks'"), "36");
    EXPECT_EQ(database.ask("SELECT count(*) FROM loss WHERE count <> 0 OR note IS NOT NULL"), "0");
    EXPECT_EQ(database.ask("PRAGMA integrity_check"), "ok");
    EXPECT_EQ(database.ask("PRAGMA foreign_key_check"), "");
}

TEST(Sqlite, FollowsNoRingOfScopes) {
    TraceWriter writer;
    const std::uint32_t kind = writer.add_kind("ring");
    const auto first = writer.add_scope(make_scope(kind, format::ScopeState::kOpen));
    const auto second = writer.add_scope(make_scope(kind, format::ScopeState::kOpen, 0, first));
    writer.scope(first).parent = second;
    writer.add_block(kHeap, 8, writer.add_named_stack({"f"}), first);
    TestProfile profile(writer);
    EXPECT_EQ(Database(profile).ask("SELECT count(*) FROM scopes"), "2");
}

TEST(SampledExports, HoldEstimates) {
    TraceWriter writer;
    writer.header().sample_bytes = 1000;
    writer.add_block(kHeap, 100, writer.add_named_stack({"f"}), 0);
    TestProfile profile(writer);
    const std::uint64_t blocks = profile->totals().live.blocks();
    EXPECT_EQ(blocks, 11u);  // 1 / (1 - exp(-0.1)) is 10.5
    EXPECT_EQ(written(write_folded, *profile), "f 11\n");
    EXPECT_EQ(json_export(profile)["stacks"][0]["sampled_blocks"], 1);
    EXPECT_EQ(Database(profile).ask("SELECT round(blocks, 2), typeof(blocks) FROM live"), "10.51|real");
    EXPECT_NE(unzipped(written(write_pprof, *profile)).find("ampled"), std::string::npos);
}

TEST(HostileNames, AreTextInEveryFormat) {
    for (const std::string& name : kHostile) {
        TraceWriter writer = named_trace(name);
        TestProfile profile(writer);
        ExportOptions options;
        options.roots = {RootField::kScope, RootField::kThread};
        const std::string folded = written(write_folded, *profile, options);
        EXPECT_EQ(std::count(folded.begin(), folded.end(), '\n'), 1) << folded;
        EXPECT_EQ(std::count(folded.begin(), folded.end(), ';'), 3) << folded;
        const std::string tree = massif(*profile, options);
        EXPECT_EQ(std::count(tree.begin(), tree.end(), '\n'), 18) << tree;
        EXPECT_EQ(std::count(tree.begin(), tree.end(), '#'), 2) << tree;
        for (const std::string& text : {folded, tree}) EXPECT_FALSE(has_controls(text)) << text;
        const std::string speedscope = written(write_speedscope, *profile, options);
        EXPECT_FALSE(has_controls(speedscope));
        EXPECT_EQ(nlohmann::json::parse(speedscope)["shared"]["frames"].size(), 4u);
        EXPECT_EQ(json_export(profile)["exported"]["live_bytes"], 1337);
        EXPECT_FALSE(unzipped(written(write_pprof, *profile)).empty());
        Database database(profile);
        EXPECT_EQ(database.ask("SELECT live_bytes FROM top"), "1337");
        const std::string names = database.ask(
            "SELECT function, file, module FROM frames UNION ALL SELECT name, label, state FROM kinds JOIN scopes ON "
            "kinds.id = kind_id UNION ALL SELECT note, 0, 0 FROM loss UNION ALL SELECT key, value, 0 FROM meta");
        EXPECT_FALSE(has_controls(names)) << names;
    }
}

TEST(FileStream, NeverOverwritesAndLeavesNothingHalfWritten) {
    TempFolder folder;
    const std::string taken = folder.write("out.txt", {'x'});
    {
        FileStream file(taken);
        file.out() << std::string(200'000, 'a') << "end";
        EXPECT_EQ(file.path(), folder.path("out.2.txt"));
        file.keep();
    }
    EXPECT_EQ(std::filesystem::file_size(taken), 1u);
    EXPECT_EQ(std::filesystem::file_size(folder.path("out.2.txt")), 200'003u);
    { FileStream(folder.path("gone")).out() << "half"; }
    EXPECT_FALSE(std::filesystem::exists(folder.path("gone")));
    EXPECT_THROW(FileStream(folder.path("no such folder") + "/x"), Error);
}

}  // namespace
}  // namespace dregs
