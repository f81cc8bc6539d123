// A report's data: what it says is wrong, exact sums in whatever parts, names that stay text, sources taken with care.
#include <sys/stat.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "analyzer/report/findings.h"
#include "analyzer/report/page_file.h"
#include "analyzer/report/report_document.h"
#include "trace_fixture.h"

namespace dregs {
namespace {

using nlohmann::json;

json document_of(std::vector<TestProfile*> profiles, bool timed = false) {
    ReportDocument document({true, "test"}, timed, profiles.size());
    for (TestProfile* profile : profiles) document.add(**profile, profile->naming().symbolizer);
    return json::parse(document.finish());
}

std::string text_of(const json& document, const json& frame) {
    return document["texts"][document["frames"]["function"][frame.get<std::size_t>()].get<std::size_t>()];
}

std::vector<std::string> stack_of(const json& document, std::size_t leaf) {
    std::vector<std::string> names;
    for (std::size_t node = leaf; node != 0; node -= document["tree"]["up"][node].get<std::size_t>()) {
        names.push_back(text_of(document, document["tree"]["frame"][node]));
    }
    return names;
}

std::uint64_t sum(const json& column) {
    std::uint64_t total = 0;
    for (const json& value : column) total += value.get<std::uint64_t>();
    return total;
}

std::vector<Finding> findings_of(Profile& profile) {
    const std::vector<Row> rows = rank_blocks(profile, {});
    const ScopeReport scopes = report_scopes(profile);
    return find_what_is_wrong({profile, rows, scopes, nullptr, nullptr});
}

TEST(ReportDocument, HasEachBlockOnceWithItsStackSiteAndScope) {
    TraceWriter writer = sample_trace();
    TestProfile profile(writer);
    const json document = document_of({&profile});
    const json& cells = document["newest"];
    EXPECT_EQ(sum(cells["blocks"]), 36u);
    EXPECT_EQ(sum(cells["bytes"]), 4457u);
    EXPECT_EQ(document["traces"][0]["totals"]["live_blocks"], 36);
    ASSERT_EQ(cells["leaf"].size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) {
        const std::size_t site = cells["site"][i];
        EXPECT_EQ(document["sites"]["leaf"][site], cells["leaf"][i]);
        EXPECT_EQ(cells["outlived"][i], site == 0 ? 1 : 0);
        EXPECT_EQ(document["kinds"][cells["kind"][i].get<std::size_t>()], site == 1 ? "" : "request");
    }
    EXPECT_EQ(stack_of(document, document["sites"]["leaf"][0]),
              (std::vector<std::string>{"leak", "handle_request", "main"}));
    EXPECT_EQ(stack_of(document, document["sites"]["leaf"][1]), (std::vector<std::string>{"cache", "main"}));
    EXPECT_EQ(document["scopes"]["kinds"][0]["survivor_blocks"], 30);
    EXPECT_TRUE(document["growth"].is_null());
    EXPECT_TRUE(document["oldest"].is_null());
}

TEST(ReportDocument, SharesCallers) {
    TraceWriter writer = sample_trace();
    TestProfile profile(writer);
    // main, handle_request, leak, work, cache and the root
    EXPECT_EQ(document_of({&profile})["tree"]["up"].size(), 6u);
}

TEST(ReportDocument, SetsMomentsSideBySide) {
    TraceWriter less = sample_trace();
    TraceWriter more = sample_trace();
    const auto fresh = more.add_named_stack({"fresh", "main"});
    for (unsigned i = 0; i < 7; ++i) more.add_block(kHeap + 0x100000 + i * 64, 10, fresh, 0);
    TestProfile old_profile(less), new_profile(more);
    const json document = document_of({&old_profile, &new_profile});
    EXPECT_EQ(sum(document["oldest"]["blocks"]), 36u);
    EXPECT_EQ(sum(document["newest"]["blocks"]), 43u);
    EXPECT_EQ(document["growth"]["blocks"], (json{36, 43}));
    ASSERT_EQ(document["growth"]["rows"].size(), 1u);
    EXPECT_EQ(document["growth"]["rows"][0]["delta_blocks"], 7);
    EXPECT_FALSE(document["growth"]["rows"][0].contains("trend"));
    EXPECT_EQ(document["growth"]["kinds"].size(), document["kinds"].size());
    // The ranking's sites are numbered in its order, whatever the older trace had.
    EXPECT_EQ(stack_of(document, document["sites"]["leaf"][1])[0], "fresh");
    EXPECT_EQ(text_of(document, document["growth"]["rows"][0]["frames"][0]), "fresh");
    EXPECT_EQ(document["growth"]["rows"][0]["site"], 1);
}

TEST(ReportDocument, MakesOneOfVeryManyThreadsOfOneName) {
    TraceWriter writer;
    const auto stack = writer.add_named_stack({"work", "main"});
    for (std::uint32_t tid = 1; tid <= 300; ++tid) {
        format::Scope scope = make_scope(0, format::ScopeState::kOpen);
        scope.tid = tid;
        scope.thread_name = writer.add_string(tid % 2 ? "odd" : "even");
        writer.add_block(kHeap + tid * 64u, 10, stack, writer.add_scope(scope));
    }
    TestProfile profile(writer);
    const json document = document_of({&profile});
    EXPECT_EQ(document["threads"], (json{"odd (all)", "even (all)"}));
    EXPECT_EQ(document["newest"]["blocks"], (json{150, 150}));
}

TEST(Findings, SayHowOftenAndHowMuch) {
    TraceWriter writer = sample_trace();
    TestProfile profile(writer);
    const std::vector<Finding> findings = findings_of(*profile);
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(findings[0].text, "leak leaves 3 blocks behind in 10% of request scopes (10 of 100); 30 live, 3,000 B.");
    EXPECT_EQ(findings[0].tone, Tone::kBad);
}

TEST(Findings, DoNotCallALeakWhatNothingTellsToBeOne) {
    TraceWriter writer;
    writer.add_block(kHeap, 24, writer.add_named_stack({"cache", "main"}), 0);
    TestProfile profile(writer);
    const std::vector<Finding> findings = findings_of(*profile);
    ASSERT_EQ(findings.size(), 2u);
    EXPECT_EQ(findings[0].text, "cache holds the most: 1 of 1 live block (100.0%, 24 B).");
    EXPECT_NE(findings[0].tone, Tone::kBad);
    EXPECT_NE(findings[1].text.find("cannot be told"), std::string::npos);
}

TEST(Findings, SayThatNothingIsLive) {
    TraceWriter writer;
    TestProfile profile(writer);
    ASSERT_EQ(findings_of(*profile).size(), 1u);
    EXPECT_EQ(findings_of(*profile)[0].tone, Tone::kGood);
}

TEST(PageFile, KeepsNamesInsideTheirScriptElement) {
    EXPECT_EQ(json_in_html(R"({"a":"</script><!--"})"), R"({"a":"\u003c/script>\u003c!--"})");
    const std::string page = make_page(R"({"name":"</script><b>"})");
    EXPECT_NE(page.find(R"(type="application/json">{"name":"\u003c/script>\u003cb>"}</script>)"), std::string::npos);
    EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
    EXPECT_EQ(page.find("unsafe-inline"), std::string::npos);
}

TEST(PageFile, PacksWhatIsLarge) {
    const std::string page = make_page("[" + std::string(1'000'000, '1') + "]");
    EXPECT_NE(page.find("application/x-deflate"), std::string::npos);
    EXPECT_LT(page.size(), 300'000u);
}

TEST(SourceExcerpts, AreAFewLinesAroundThePlace) {
    const TempFolder folder;
    std::ofstream(folder.path("a.c")) << "1\n2\n3\n4\n" << std::string(1000, 'x') << "\n6\n7\n8\n9\n";
    SourceExcerpts excerpts;
    const auto found = excerpts.around(folder.path("a.c"), 5);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->first, 2);
    ASSERT_EQ(found->lines.size(), 7u);
    EXPECT_EQ(found->lines.front(), "2");
    EXPECT_EQ(found->lines[3].size(), SourceExcerpts::kMostLineBytes);
    EXPECT_EQ(excerpts.around(folder.path("a.c"), 1)->first, 1);
    EXPECT_FALSE(excerpts.around(folder.path("a.c"), 0));
    EXPECT_FALSE(excerpts.around(folder.path("a.c"), 11));
    EXPECT_FALSE(excerpts.around(folder.path("a.c"), 1 << 30));
}

TEST(SourceExcerpts, AreOfSourceFilesOnly) {
    const TempFolder folder;
    std::ofstream(folder.path("id_rsa")) << "secret\n";
    std::ofstream(folder.path("binary.c")) << std::string("a\0b\n", 4);
    ASSERT_EQ(::mkfifo(folder.path("fifo.c").c_str(), 0600), 0);
    SourceExcerpts excerpts;
    for (const char* name : {"id_rsa", "binary.c", "fifo.c", "missing.c", ""}) {
        EXPECT_FALSE(excerpts.around(folder.path(name), 1)) << name;
    }
    EXPECT_TRUE(is_source_name("/a/b.cpp"));
    for (const char* name :
         {"/etc/shadow", "/a/.c", ".h", "/a.c/b", "/proc/self/environ", "/a/b.pem", "/a/b.env", ""}) {
        EXPECT_FALSE(is_source_name(name)) << name;
    }
}

TEST(SourceExcerpts, AreNotMoreThanSoMany) {
    const TempFolder folder;
    std::ofstream(folder.path("a.c")) << std::string(2000, '\n');
    SourceExcerpts excerpts;
    for (std::size_t i = 0; i < SourceExcerpts::kMostInAll; ++i) EXPECT_TRUE(excerpts.around(folder.path("a.c"), 5));
    EXPECT_FALSE(excerpts.around(folder.path("a.c"), 5));
}

}  // namespace
}  // namespace dregs
