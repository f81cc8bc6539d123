// What comes out: text that is safe and aligned, JSON that is valid, UMDH's form to the tab.
#include <nlohmann/json.hpp>
#include <sstream>

#include "analyzer/output/diff_report.h"
#include "analyzer/output/escape.h"
#include "analyzer/output/frame_text.h"
#include "analyzer/output/human.h"
#include "analyzer/output/scopes_report.h"
#include "analyzer/output/top_report.h"
#include "analyzer/output/umdh_report.h"
#include "trace_fixture.h"

namespace dregs {
namespace {

TEST(Escape, LeavesTextAloneAndDisarmsTheRest) {
    EXPECT_EQ(escape_text("Server::handle(int) \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x90\x98"),
              "Server::handle(int) \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x90\x98");
    EXPECT_EQ(escape_text("\x1b[2J\n\t\x7f"), "\\x1b[2J\\x0a\\x09\\x7f");
    EXPECT_EQ(escape_text("a\xFF"
                          "b\xC3"),
              "a\\xffb\\xc3");
    EXPECT_EQ(escape_text("\xC2\x9b"), "\\u{9b}");                        // a control character of two bytes
    EXPECT_EQ(escape_text("\xE2\x80\xAE"), "\\u{202e}");                  // right to left
    EXPECT_EQ(escape_text("\xD8\x9C\xE2\x81\xAA"), "\\u{61c}\\u{206a}");  // as Arabic letters, no symmetric swapping
    EXPECT_EQ(escape_text("\xC0\xAF"), "\\xc0\\xaf");                     // too long a form of "/"
    EXPECT_EQ(escape_text("\xED\xA0\x80"), "\\xed\\xa0\\x80");            // a surrogate
    EXPECT_EQ(escape_text(std::string_view("\0", 1)), "\\x00");
}

TEST(Human, WritesNumbersForPeople) {
    EXPECT_EQ(human_count(0), "0");
    EXPECT_EQ(human_count(1234567), "1,234,567");
    EXPECT_EQ(human_delta(-1200), "-1,200");
    EXPECT_EQ(human_delta(3), "+3");
    EXPECT_EQ(human_bytes(9999), "9,999 B");
    EXPECT_EQ(human_bytes(10240), "10.0 KiB");
    EXPECT_EQ(human_bytes(1048575), "1.0 MiB");
    EXPECT_EQ(human_bytes(~0ull), "16.0 EiB");
    EXPECT_EQ(human_byte_delta(INT64_MIN), "-8.0 EiB");
    EXPECT_EQ(human_share(1, 3), "33.3%");
    EXPECT_EQ(human_share(0, 0), "-");
    EXPECT_EQ(human_duration(150), "1.50 s");
    EXPECT_EQ(human_duration(6100), "61 s");
    EXPECT_EQ(human_duration(20000), "3 min 20 s");
}

TEST(FrameText, NamesFunctionsShortlyWhereThereIsLittleRoom) {
    const auto name = [](const char* function) {
        Frame frame;
        frame.function = function;
        return short_name(frame);
    };
    EXPECT_EQ(name("Server::handle(std::function<void (int)> const&) const"), "Server::handle");
    EXPECT_EQ(name("(anonymous namespace)::keep(unsigned int)"), "keep");
    EXPECT_EQ(name("Call::operator()(int)"), "Call::operator()");
    EXPECT_EQ(name("main"), "main");
    EXPECT_EQ(name("()"), "()");
    EXPECT_EQ(name("f)"), "f)");
    Frame frame;
    frame.module = "/usr/lib/libx.so.1";
    frame.offset = 0x1234;
    EXPECT_EQ(short_name(frame), "libx.so.1+0x1234");
    frame.function = "Server::\033[2J(int)";
    frame.file = "/src/server.cpp";
    frame.line = 42;
    EXPECT_EQ(short_frame_text(frame), "Server::\\x1b[2J  server.cpp:42");
}

TEST(TopText, IsAlignedAndSaysWhatWasLost) {
    TraceWriter writer = sample_trace();
    TestProfile profile(writer);
    std::ostringstream out;
    print_top_text(out, *profile, rank_blocks(*profile, {}), {});
    EXPECT_EQ(out.str(),
              "server, pid 4711, exited: 36 live blocks, 4,457 B (36 allocations, 0 frees)\n"
              "\n"
              "rank  live    bytes  share  outlived  scope    site\n"
              "   1    30  3,000 B  83.3%        30  request  leak\n"
              "                                                 handle_request\n"
              "                                                 main\n"
              "                                                 such as: request 0, request 1, request 2, request 3, "
              "request 4\n"
              "   2     5    120 B  13.9%         0  -        cache\n"
              "                                                 main\n"
              "   3     1  1,337 B   2.8%         0  request  work\n"
              "                                                 handle_request\n"
              "                                                 main\n"
              "\n"
              "nothing was lost\n");
}

TEST(TopText, SaysWhatWasLost) {
    TraceWriter writer = sample_trace();
    writer.thread().unrecorded_allocs = 2;
    writer.thread().unrecorded_bytes = 77;
    writer.header().lost_allocs = 1;
    writer.thread().cut_stacks = 4;
    writer.thread().unknown_frees = 1;
    format::Note note{};
    note.code = format::NoteCode::kTableFull;
    note.detail = writer.add_string("stack\x1b[31m");
    note.count = 3;
    writer.add_note(note);
    TestProfile profile(writer);
    std::ostringstream out;
    print_top_text(out, *profile, {}, {});
    EXPECT_NE(out.str().find("lost: 3 allocations not recorded (77 B), 4 stacks not whole, 1 free of an unknown block\n"
                             "note: a table is full (stack\\x1b[31m), 3 times\n"),
              std::string::npos)
        << out.str();
}

TEST(TopText, SaysWhichModulesUnloadingWouldNotBeNoticed) {
    TraceWriter writer = sample_trace();
    format::Module module{};
    module.state = format::ModuleState::kLoaded;
    module.flags = format::kModuleUnwatched;
    module.begin = 0x7000'0000, module.end = 0x7000'1000;
    module.path = writer.add_string("/a/plugin.so");
    writer.add_module(module);
    TestProfile profile(writer);
    std::ostringstream out;
    print_top_text(out, *profile, {}, {});
    EXPECT_NE(
        out.str().find("nothing that was seen was lost\nnote: the unloading of /a/plugin.so would not be noticed"),
        std::string::npos)
        << out.str();
}

TEST(TopText, SaysThatNothingMatches) {
    TraceWriter writer = sample_trace();
    TestProfile profile(writer);
    RankOptions options;
    options.filter.scope = "no such kind";
    std::ostringstream out;
    print_top_text(out, *profile, rank_blocks(*profile, options), {});
    EXPECT_EQ(out.str(),
              "server, pid 4711, exited: 36 live blocks, 4,457 B (36 allocations, 0 frees)\n"
              "\n"
              "none of them matches\n"
              "\n"
              "nothing was lost\n");
}

TEST(TopText, ShowsAsManyRowsAndFramesAsAsked) {
    TraceWriter writer = sample_trace();
    TestProfile profile(writer);
    ReportView view;
    view.rows = 1;
    view.frames = 2;
    std::ostringstream out;
    print_top_text(out, *profile, rank_blocks(*profile, {}), view);
    EXPECT_NE(out.str().find("handle_request"), std::string::npos);
    EXPECT_EQ(out.str().find("main"), std::string::npos);
    EXPECT_EQ(out.str().find("cache"), std::string::npos);
    EXPECT_NE(out.str().find("(2 more: -n 0 shows all)"), std::string::npos);
}

nlohmann::json top_json(TestProfile& profile, const ReportView& view = {}) {
    std::ostringstream out;
    print_top_json(out, *profile, rank_blocks(*profile, {}), view, profile.naming().symbolizer);
    return nlohmann::json::parse(out.str());
}

TEST(TopJson, HasWhatTheContractNames) {
    TraceWriter writer = sample_trace();
    TestProfile profile(writer);
    const nlohmann::json json = top_json(profile);
    EXPECT_EQ(json["totals"]["live_blocks"], 36);
    EXPECT_EQ(json["totals"]["live_bytes"], 4457);
    EXPECT_EQ(json["totals"]["alloc_calls"], 36);
    EXPECT_EQ(json["totals"]["free_calls"], 0);
    EXPECT_EQ(json["loss"]["unrecorded_allocs"], 0);
    EXPECT_EQ(json["loss"]["truncated_stacks"], 0);
    EXPECT_EQ(json["loss"]["unknown_frees"], 0);
    ASSERT_EQ(json["sites"].size(), 3u);
    const nlohmann::json& site = json["sites"][0];
    EXPECT_EQ(site["live_blocks"], 30);
    EXPECT_EQ(site["live_bytes"], 3000);
    EXPECT_EQ(site["outlived_blocks"], 30);
    EXPECT_EQ(site["scope"], "request");
    ASSERT_EQ(site["frames"].size(), 3u);
    EXPECT_EQ(site["frames"][0]["function"], "leak");
    for (const char* key : {"function", "file", "line", "module", "offset", "inlined"}) {
        EXPECT_TRUE(site["frames"][0].contains(key)) << key;
    }
    EXPECT_EQ(json["trace"]["command"], (nlohmann::json{"server", "-v"}));
}

TEST(TopJson, IsValidWhateverTheProgramCallsThings) {
    TraceWriter writer;
    writer.add_block(kHeap, 8, writer.add_named_stack({"bad \xFF \"quote\" \x01"}), 0);
    TestProfile profile(writer);
    EXPECT_EQ(top_json(profile)["sites"][0]["frames"][0]["function"], "bad \xEF\xBF\xBD \"quote\" \x01");
}

TEST(ScopesJson, HasWhatTheContractNames) {
    TraceWriter writer = sample_trace();
    TestProfile profile(writer);
    std::ostringstream out;
    print_scopes_json(out, *profile, report_scopes(*profile), {}, profile.naming().symbolizer);
    const nlohmann::json kind = nlohmann::json::parse(out.str())["kinds"][0];
    EXPECT_EQ(kind["name"], "request");
    EXPECT_EQ(kind["entered"], 100);
    EXPECT_EQ(kind["left"], 99);
    EXPECT_EQ(kind["open"], 1);
    EXPECT_EQ(kind["survivor_instances"], 10);
    EXPECT_EQ(kind["survivor_blocks"], 30);
    EXPECT_EQ(kind["survivor_bytes"], 3000);
    const nlohmann::json& site = kind["sites"][0];
    EXPECT_EQ(site["survivor_blocks"], 30);
    EXPECT_EQ(site["survivor_bytes"], 3000);
    EXPECT_EQ(site["instances"], 10);
    EXPECT_EQ(site["labels"][0], "request 0");
    EXPECT_EQ(site["frames"][0]["function"], "leak");
}

TEST(ScopesText, ShowsTheTreeAndTheSites) {
    TraceWriter writer = sample_trace();
    TestProfile profile(writer);
    std::ostringstream out;
    print_scopes_text(out, *profile, report_scopes(*profile), {});
    EXPECT_NE(out.str().find("kind     entered  left  open  survivors    bytes  in instances  live\n"
                             "request      100    99     1         30  3,000 B            10    31\n"
                             "\n"
                             "30 blocks outlived request (3,000 B, in 10 of 100 instances):\n"
                             "survivors    bytes  in instances  site\n"
                             "       30  3,000 B     10 of 100  leak\n"
                             "                                    handle_request\n"
                             "                                    main\n"
                             "                                    such as: request 0, request 1, request 2, request 3, "
                             "request 4\n"
                             "\n"
                             "5 live blocks in no scope (120 B)\n"
                             "nothing was lost\n"),
              std::string::npos)
        << out.str();
}

TraceWriter one_site(int blocks, std::uint64_t bytes) {
    TraceWriter writer;
    const std::uint32_t stack = writer.add_named_stack({"LeakHeapMemory", "main"});
    for (int i = 0; i < blocks; ++i) {
        writer.add_block(kHeap + static_cast<std::uint64_t>(i) * (bytes + 32), bytes, stack, 0);
    }
    return writer;
}

DiffOptions by_stack() {
    DiffOptions options;
    options.rank.by = GroupBy::kStack;
    return options;
}

TEST(Umdh, ComparesTwoLogs) {
    TraceWriter older = one_site(2, 65536);
    TraceWriter newer = one_site(4, 65536);
    TestProfile first(older);
    TestProfile second(newer);
    const Diff diff = diff_profiles({first.get(), second.get()}, by_stack());
    ReportView view;
    view.decimal = true;
    std::ostringstream out;
    print_diff_umdh(out, {first.get(), second.get()}, diff, view);
    const std::string text = out.str();
    const std::string id = text.substr(text.find('\t') + 1, 17);
    EXPECT_EQ(id.substr(0, 9), "BackTrace");
    EXPECT_EQ(text, "+  131072 ( 262144 - 131072)      4 allocs\t" + id +
                        "\n"
                        "+       2 (      4 -      2)\t" +
                        id +
                        "\tallocations\n"
                        "\n"
                        "\tunknown!LeakHeapMemory+00000000\n"
                        "\tunknown!main+00000000\n"
                        "\n"
                        "\n"
                        "Total increase == 131072 requested +      0 overhead = 131072\n");
}

TEST(Umdh, WritesHexadecimalUnlessAskedAndALeadingMinus) {
    TraceWriter older = one_site(4, 65536);
    TraceWriter newer = one_site(2, 65536);
    TestProfile first(older);
    TestProfile second(newer);
    std::ostringstream out;
    print_diff_umdh(out, {first.get(), second.get()}, diff_profiles({first.get(), second.get()}, by_stack()), {});
    EXPECT_EQ(out.str().substr(0, out.str().find('\t')), "-   20000 (  20000 -  40000)      2 allocs");
    EXPECT_NE(out.str().find("Total increase == -20000 requested +      0 overhead = -20000\n"), std::string::npos);
}

TEST(Umdh, OfOneLogComparesWithNothing) {
    TraceWriter writer = one_site(10, 16);
    TestProfile profile(writer);
    std::ostringstream out;
    print_top_umdh(out, *profile, rank_blocks(*profile, by_stack().rank), {});
    EXPECT_EQ(out.str().substr(0, out.str().find('\t')), "+      A0 (     A0 -      0)      A allocs");
}

TEST(DiffText, ShowsGrowthAndTotals) {
    TraceWriter older = one_site(1, 16);
    TraceWriter newer = one_site(3, 16);
    TestProfile first(older);
    TestProfile second(newer);
    std::ostringstream out;
    print_diff_text(out, {first.get(), second.get()}, diff_profiles({first.get(), second.get()}, {}), {});
    EXPECT_NE(out.str().find("   1      +2  +32 B      1 > 3  grown  -      LeakHeapMemory\n"), std::string::npos)
        << out.str();
    EXPECT_NE(out.str().find("total: +2 blocks, +32 B (1 > 3 blocks, 16 B > 48 B); 0 new, 0 gone\n"),
              std::string::npos);
}

TEST(DiffJson, HasWhatTheContractNames) {
    TraceWriter older = one_site(1, 16);
    TraceWriter newer = one_site(3, 16);
    TestProfile first(older);
    TestProfile second(newer);
    std::ostringstream out;
    print_diff_json(out, {first.get(), second.get()}, diff_profiles({first.get(), second.get()}, {}), {},
                    first.naming().symbolizer);
    const nlohmann::json site = nlohmann::json::parse(out.str())["sites"][0];
    EXPECT_EQ(site["delta_blocks"], 2);
    EXPECT_EQ(site["delta_bytes"], 32);
    EXPECT_EQ(site["old_blocks"], 1);
    EXPECT_EQ(site["new_blocks"], 3);
    EXPECT_EQ(site["old_bytes"], 16);
    EXPECT_EQ(site["new_bytes"], 48);
    EXPECT_EQ(site["frames"][0]["function"], "LeakHeapMemory");
}

}  // namespace
}  // namespace dregs
