// What comes out for a sampled trace: estimates, their errors, and that they are ones; also of damaged numbers.
//
// The blocks are of 693,147 bytes and the rate is 1,000,000, so each is recorded with probability 1/2 and stands for
// two.
#include <nlohmann/json.hpp>
#include <sstream>

#include "analyzer/output/diff_report.h"
#include "analyzer/output/scopes_report.h"
#include "analyzer/output/top_report.h"
#include "analyzer/output/umdh_report.h"
#include "trace_fixture.h"

namespace dregs {
namespace {

constexpr std::uint32_t kRate = 1'000'000;
constexpr std::uint64_t kEvenOdds = 693'147;

using Functions = std::vector<std::pair<std::string, int>>;

// As many recorded blocks of each function; `rate` 0: an exact trace.
TraceWriter trace_of(const Functions& functions, std::uint32_t rate = kRate, std::uint32_t scope = 0) {
    TraceWriter writer;
    writer.header().sample_bytes = rate;
    std::uint64_t address = kHeap;
    for (const auto& [function, blocks] : functions) {
        const std::uint32_t stack = writer.add_named_stack({function, "main"});
        for (int i = 0; i < blocks; ++i, address += 1 << 20) writer.add_block(address, kEvenOdds, stack, scope);
    }
    writer.thread().alloc_calls = 1000;
    if (rate == 0) writer.thread().free_calls = 1000 - ((address - kHeap) >> 20);
    return writer;
}

// 30 recorded survivors in 10 instances of "request", 5 recorded blocks in no scope.
TraceWriter scoped_trace() {
    TraceWriter writer = trace_of({{"cache", 5}});
    writer.add_scope(make_scope(0, format::ScopeState::kOpen));  // of link maps, first of all
    const std::uint32_t leak = writer.add_named_stack({"leak", "main"});
    const std::uint32_t request = writer.add_kind("request");
    writer.kind_counters(request).entered = 100;
    writer.kind_counters(request).left = 100;
    writer.kind_counters(request).clean = 90;
    std::uint64_t address = kHeap + (1 << 28);
    for (int i = 0; i < 10; ++i) {
        const auto scope = writer.add_scope(make_scope(request, format::ScopeState::kClosed));
        for (int block = 0; block < 3; ++block, address += 1 << 20) writer.add_block(address, kEvenOdds, leak, scope);
    }
    writer.thread().alloc_calls = 1000;
    return writer;
}

nlohmann::json top_json(TestProfile& profile, const RankOptions& options = {}) {
    std::ostringstream out;
    print_top_json(out, *profile, rank_blocks(*profile, options), {}, profile.naming().symbolizer);
    return nlohmann::json::parse(out.str());
}

nlohmann::json scopes_json(TestProfile& profile) {
    std::ostringstream out;
    print_scopes_json(out, *profile, report_scopes(*profile), {}, profile.naming().symbolizer);
    return nlohmann::json::parse(out.str());
}

nlohmann::json diff_json(TestProfile& older, TestProfile& newer, bool all = false) {
    std::ostringstream out;
    const std::vector<Profile*> profiles{older.get(), newer.get()};
    print_diff_json(out, profiles, diff_profiles(profiles, {{}, all}), {}, newer.naming().symbolizer);
    return nlohmann::json::parse(out.str());
}

TEST(SampledTop, JsonHasEstimatesWithTheirErrors) {
    TraceWriter writer = trace_of({{"f", 30}, {"g", 10}});
    TestProfile profile(writer);
    const nlohmann::json json = top_json(profile);
    EXPECT_EQ(json["sample_bytes"], kRate);
    const nlohmann::json& site = json["sites"][0];
    EXPECT_EQ(site["live_blocks"], 60);
    EXPECT_EQ(site["live_bytes"], 41'588'828);   // 30 s / p, p = 1 - exp(-0.693147)
    EXPECT_EQ(site["count_error"], 15);          // 1.96 * sqrt(30 * 2 * 1)
    EXPECT_EQ(site["bytes_error"], 10'523'233);  // 1.96 s sqrt(30 (1 - p) / p²)
    EXPECT_EQ(site["sampled_blocks"], 30);
    EXPECT_EQ(json["totals"]["live_blocks"], 80);
    EXPECT_EQ(json["totals"]["count_error"], 18);  // 1.96 * sqrt(80)
    EXPECT_EQ(json["totals"]["sampled_blocks"], 40);
    EXPECT_EQ(json["totals"]["alloc_calls"], 1000);
    EXPECT_EQ(json["totals"]["free_calls"], 920) << "what is not live";
    EXPECT_EQ(json["loss"]["imbalance"], 0);
}

TEST(SampledTop, JsonOfAnExactTraceHasNoErrors) {
    TraceWriter writer = trace_of({{"f", 30}}, 0);
    TestProfile profile(writer);
    const nlohmann::json json = top_json(profile);
    EXPECT_EQ(json["sample_bytes"], 0);
    EXPECT_EQ(json["sites"][0]["live_blocks"], 30);
    EXPECT_EQ(json["totals"]["free_calls"], 970);
    EXPECT_EQ(json.dump().find("_error"), std::string::npos);
    EXPECT_EQ(json.dump().find("sampled_blocks"), std::string::npos);
}

TEST(SampledTop, FreesAreNeverNegative) {
    TraceWriter writer = trace_of({{"f", 30}});
    writer.thread().alloc_calls = 50;
    TestProfile profile(writer);
    EXPECT_EQ(top_json(profile)["totals"]["free_calls"], 0);
}

TEST(SampledTop, EveryGroupingEstimatesTheSame) {
    TraceWriter writer = scoped_trace();
    TestProfile profile(writer);
    for (const GroupBy by :
         {GroupBy::kSite, GroupBy::kStack, GroupBy::kFunction, GroupBy::kModule, GroupBy::kScope, GroupBy::kThread}) {
        RankOptions options;
        options.by = by;
        Estimate sum;
        for (const Row& row : rank_blocks(*profile, options)) sum += row.live;
        EXPECT_EQ(sum.rounded(), profile->totals().live.rounded());
        EXPECT_EQ(sum.error(), profile->totals().live.error());
    }
}

TEST(SampledTop, ScopesOfARowHaveErrorsToo) {
    TraceWriter writer = scoped_trace();
    TestProfile profile(writer);
    const nlohmann::json site = top_json(profile)["sites"][0];
    EXPECT_EQ(site["outlived_blocks"], 60);
    EXPECT_EQ(site["outlived_count_error"], 15);
    EXPECT_EQ(site["scopes"][0]["live_blocks"], 60);
    EXPECT_EQ(site["scopes"][0]["count_error"], 15);
    EXPECT_EQ(site["scopes"][0]["sampled_blocks"], 30);
}

TEST(SampledTop, TextSaysThatItEstimates) {
    TraceWriter writer = trace_of({{"f", 30}, {"g", 10}});
    TestProfile profile(writer);
    std::ostringstream out;
    print_top_text(out, *profile, rank_blocks(*profile, {}), {});
    EXPECT_EQ(out.str(),
              "a program without a name, exited: 80 ±18 live blocks, 52.9 MiB ±11.6 MiB (1,000 allocations, about 920 "
              "frees)\n"
              "Sampled: one block every 1,000,000 bytes on average; figures are estimates, ± is 95 %\n"
              "\n"
              "rank  live    ±     bytes          ±  share  outlived  scope  site\n"
              "   1    60  ±15  39.7 MiB  ±10.0 MiB  75.0%         0  -      f\n"
              "                                                                main\n"
              "   2    20   ±9  13.2 MiB   ±5.8 MiB  25.0%         0  -      g\n"
              "                                                                main\n"
              "\n"
              "nothing was lost\n");
}

TEST(SampledUmdh, ACommentComesFirst) {
    TraceWriter writer = trace_of({{"f", 1}});
    TestProfile profile(writer);
    RankOptions options;
    options.by = GroupBy::kStack;
    std::ostringstream out;
    ReportView view;
    view.decimal = true;
    print_top_umdh(out, *profile, rank_blocks(*profile, options), view);
    EXPECT_EQ(
        out.str().rfind("// Sampled: one block every 1,000,000 bytes on average; figures are estimates, ± is 95 %\n"
                        "+ 1386294 ( 1386294 -      0)      2 allocs\t",
                        0),
        0u)
        << out.str();
}

// The shim records each of them, by chance or not.
TEST(SampledTop, LinkMapsStandForThemselves) {
    TraceWriter writer;
    writer.header().sample_bytes = kRate;
    ASSERT_EQ(writer.add_scope(make_scope(0, format::ScopeState::kOpen)), format::kUnattributedScope);
    const std::uint32_t stack = writer.add_named_stack({"dlopen", "main"});
    for (std::uint64_t i = 0; i < 7; ++i)
        writer.add_block(kHeap + (i << 20), kEvenOdds, stack, format::kUnattributedScope);
    writer.thread().alloc_calls = 7;
    TestProfile profile(writer);
    const nlohmann::json totals = top_json(profile)["totals"];
    EXPECT_EQ(totals["live_blocks"], 7);
    EXPECT_EQ(totals["count_error"], 0);
    EXPECT_EQ(totals["sampled_blocks"], 7);
}

TEST(SampledScopes, SurvivorsAreEstimatesAndCleanIsAnUpperBound) {
    TraceWriter writer = scoped_trace();
    TestProfile profile(writer);
    const nlohmann::json json = scopes_json(profile);
    EXPECT_EQ(json["sample_bytes"], kRate);
    EXPECT_EQ(json["clean_is_upper_bound"], true);
    EXPECT_EQ(json["survivor_blocks"], 60);
    EXPECT_EQ(json["survivor_count_error"], 15);
    EXPECT_EQ(json["unscoped_blocks"], 10);
    EXPECT_EQ(json["unscoped_sampled_blocks"], 5);
    const nlohmann::json& kind = json["kinds"][0];
    EXPECT_EQ(kind["survivor_blocks"], 60);
    EXPECT_EQ(kind["count_error"], 15);
    EXPECT_EQ(kind["sampled_blocks"], 30);
    EXPECT_EQ(kind["live_count_error"], 15);
    EXPECT_EQ(kind["entered"], 100) << "calls of markers are counted, not sampled";
    EXPECT_EQ(kind["survivor_instances"], 10);
    EXPECT_EQ(kind["sites"][0]["survivor_blocks"], 60);
    EXPECT_EQ(kind["sites"][0]["count_error"], 15);
}

TEST(SampledScopes, TextSaysWhatInstancesAre) {
    TraceWriter writer = scoped_trace();
    TestProfile profile(writer);
    std::ostringstream out;
    print_scopes_text(out, *profile, report_scopes(*profile), {});
    EXPECT_NE(
        out.str().find("kind     entered  left  open  survivors    ±     bytes          ±  in at least  live    ±\n"
                       "request      100   100     0         60  ±15  39.7 MiB  ±10.0 MiB           10    60  ±15\n"
                       "\n"
                       "60 ±15 blocks outlived request (39.7 MiB ±10.0 MiB, in at least 10 of 100 instances):\n"
                       "survivors    ±     bytes          ±  in at least  site\n"
                       "       60  ±15  39.7 MiB  ±10.0 MiB    10 of 100  leak\n"
                       "                                                    main\n"
                       "\n"
                       "10 ±6 live blocks in no scope (6.6 MiB ±4.1 MiB)\n"
                       "note: sampled: an instance that ended with blocks of which none was recorded counts as "
                       "clean\n"),
        std::string::npos)
        << out.str();
}

TEST(SampledDiff, ErrorsOfBothSidesAddInQuadrature) {
    TraceWriter first = trace_of({{"f", 30}});
    TraceWriter second = trace_of({{"f", 90}});
    TestProfile older(first);
    TestProfile newer(second);
    const nlohmann::json json = diff_json(older, newer);
    const nlohmann::json& site = json["sites"][0];
    EXPECT_EQ(json["sample_bytes"], kRate);
    EXPECT_EQ(json["traces"][0]["sample_bytes"], kRate);
    EXPECT_EQ(site["delta_blocks"], 120);
    EXPECT_EQ(site["old_count_error"], 15);
    EXPECT_EQ(site["new_count_error"], 26);
    EXPECT_EQ(site["count_error"], 30);  // 1.96 * sqrt(60 + 180)
    EXPECT_EQ(site["sampled_blocks"], 120);
    EXPECT_EQ(site["within_error"], false);
    EXPECT_EQ(json["totals"]["count_error"], 30);
}

TEST(SampledDiff, GrowthWithinItsErrorIsShownAndMarked) {
    TraceWriter first = trace_of({{"noise", 30}, {"leak", 30}});
    TraceWriter second = trace_of({{"noise", 34}, {"leak", 90}});
    TestProfile older(first);
    TestProfile newer(second);
    const nlohmann::json json = diff_json(older, newer);
    ASSERT_EQ(json["sites"].size(), 2u);
    EXPECT_EQ(json["sites"][0]["within_error"], false);
    EXPECT_EQ(json["sites"][1]["delta_blocks"], 8);
    EXPECT_EQ(json["sites"][1]["within_error"], true);
    std::ostringstream out;
    const std::vector<Profile*> profiles{older.get(), newer.get()};
    print_diff_text(out, profiles, diff_profiles(profiles, {}), {});
    EXPECT_NE(out.str().find("Sampled: one block every 1,000,000 bytes on average; figures are estimates, ± is 95 %\n"),
              std::string::npos);
    EXPECT_NE(out.str().find("rank  blocks    ±      bytes          ±  old > new                       scope  site\n"
                             "   1    +120  ±30  +79.3 MiB  ±20.1 MiB   60 > 180  grown                -      leak\n"),
              std::string::npos)
        << out.str();
    EXPECT_NE(out.str().find("   2      +8  ±22   +5.3 MiB  ±14.7 MiB    60 > 68  grown, within error  -      noise\n"),
              std::string::npos)
        << out.str();
    EXPECT_NE(out.str().find("total: +128 ±38 blocks, +84.6 MiB ±24.9 MiB (120 > 248 blocks"), std::string::npos)
        << out.str();
}

TEST(SampledDiff, AnExactTraceGoesWithASampledOne) {
    TraceWriter first = trace_of({{"f", 30}}, 0);
    TraceWriter second = trace_of({{"f", 30}});
    TestProfile exact(first);
    TestProfile sampled(second);
    const nlohmann::json json = diff_json(exact, sampled);
    const nlohmann::json& site = json["sites"][0];
    EXPECT_EQ(json["sample_bytes"], kRate);
    EXPECT_EQ(json["traces"][0]["sample_bytes"], 0);
    EXPECT_EQ(site["delta_blocks"], 30);
    EXPECT_EQ(site["old_count_error"], 0);
    EXPECT_EQ(site["count_error"], 15);
    EXPECT_EQ(site["within_error"], false);
    EXPECT_EQ(diff_json(exact, exact, true).dump().find("error"), std::string::npos);
}

// What a file may say: rates and sizes at their limits, counters that do not fit. All numbers, no null, no negative.
TEST(SampledHostile, NumbersStayNumbers) {
    for (const std::uint32_t rate : {1u, 2u, 4096u, 0x7FFFFFFFu, 0xFFFFFFFFu}) {
        TraceWriter writer;
        writer.header().sample_bytes = rate;
        const std::uint32_t stack = writer.add_named_stack({"f"});
        const auto pool =
            writer.add_scope(make_scope(writer.add_kind("k"), format::ScopeState::kOpen, format::kScopePool));
        writer.add_block(kHeap, 0, stack, 0);
        writer.add_block(kHeap + 32, 1, stack, 0);
        writer.add_block(kHeap + 64, format::kMaxBlockBytes, stack, 0);
        for (std::uint64_t i = 0; i < 40; ++i) {
            writer.add_side_block({(kHeap + i * 8) | format::kSidePool, stack, pool, ~0ull - i, 0, 0});
            writer.add_side_block({kHeap + i * 8 + 1, stack, 0, i, 0, 0});
        }
        writer.thread().alloc_calls = rate;
        TestProfile profile(writer);
        for (const nlohmann::json& json :
             {top_json(profile), scopes_json(profile), diff_json(profile, profile, true)}) {
            EXPECT_EQ(json.dump().find("null"), std::string::npos) << json.dump();
            EXPECT_EQ(json.dump().find("e+"), std::string::npos) << json.dump();
        }
        const nlohmann::json totals = top_json(profile)["totals"];
        EXPECT_EQ(totals["live_bytes"], ~0ull);
        EXPECT_TRUE(totals["live_blocks"].is_number_unsigned());
        EXPECT_GE(totals["live_blocks"].get<std::uint64_t>(), 83u);
        EXPECT_TRUE(totals["count_error"].is_number_unsigned());
        EXPECT_TRUE(totals["bytes_error"].is_number_unsigned());
        EXPECT_TRUE(totals["free_calls"].is_number_unsigned());
        EXPECT_LE(totals["free_calls"].get<std::uint64_t>(), rate);
    }
}

}  // namespace
}  // namespace dregs
