// What the rankings say of a live set: grouping, order, filters, scopes, ages.
#include "analyzer/analysis/ranking.h"

#include "analyzer/trace/error.h"
#include "trace_fixture.h"

namespace dregs {
namespace {

std::string site_of(TestProfile& profile, const Row& row) { return profile->namer().site(row.top_stack).function; }

TEST(Ranking, PutsMostLiveBlocksFirst) {
    TraceWriter writer = sample_trace();
    TestProfile profile(writer);
    const std::vector<Row> rows = rank_blocks(*profile, {});
    ASSERT_EQ(rows.size(), 3u);
    EXPECT_EQ(site_of(profile, rows[0]), "leak");
    EXPECT_EQ(rows[0].live.rounded(), (Tally{30, 3000}));
    EXPECT_EQ(rows[0].outlived.rounded(), (Tally{30, 3000}));
    EXPECT_EQ(rows[0].scope, "request");
    EXPECT_EQ(site_of(profile, rows[1]), "cache");
    EXPECT_EQ(rows[1].outlived.blocks(), 0u);
    EXPECT_EQ(rows[1].scope, "");
    EXPECT_EQ(site_of(profile, rows[2]), "work");
    EXPECT_EQ(rows[2].outlived.blocks(), 0u) << "a block in an open scope is innocent";
}

TEST(Ranking, SortsByBytesAndByOutlived) {
    TraceWriter writer;
    const std::uint32_t kind = writer.add_kind("k");
    const std::uint32_t closed = writer.add_scope(make_scope(kind, format::ScopeState::kClosed));
    writer.add_block(kHeap, 10, writer.add_named_stack({"many"}), 0);
    writer.add_block(kHeap + 32, 10, writer.add_named_stack({"many"}), 0);
    writer.add_block(kHeap + 64, 5000, writer.add_named_stack({"big"}), 0);
    writer.add_block(kHeap + 8192, 1, writer.add_named_stack({"survivor"}), closed);
    TestProfile profile(writer);
    RankOptions options;
    EXPECT_EQ(site_of(profile, rank_blocks(*profile, options)[0]), "many");
    options.sort = SortBy::kBytes;
    EXPECT_EQ(site_of(profile, rank_blocks(*profile, options)[0]), "big");
    options.sort = SortBy::kOutlived;
    EXPECT_EQ(site_of(profile, rank_blocks(*profile, options)[0]), "survivor");
}

TEST(Ranking, ResolvesTiesByWhatTheRowIs) {
    TraceWriter writer;
    writer.add_block(kHeap, 8, writer.add_named_stack({"zebra"}), 0);
    writer.add_block(kHeap + 32, 8, writer.add_named_stack({"ant"}), 0);
    TestProfile profile(writer);
    const std::vector<Row> rows = rank_blocks(*profile, {});
    EXPECT_EQ(site_of(profile, rows[0]), "ant");
    EXPECT_EQ(site_of(profile, rows[1]), "zebra");
}

TEST(Ranking, SkipsWrappersUnlessAsked) {
    const auto build = [] {
        TraceWriter writer;
        writer.add_block(kHeap, 8, writer.add_named_stack({"xmalloc", "parse", "main"}), 0);
        writer.add_block(kHeap + 32, 8, writer.add_named_stack({"xmalloc", "lex", "main"}), 0);
        return writer;
    };
    TraceWriter plain = build();
    TestProfile profile(plain);
    const std::vector<Row> rows = rank_blocks(*profile, {});
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(site_of(profile, rows[0]), "lex");
    EXPECT_EQ(profile->namer().frames(rows[0].top_stack).size(), 2u);
    EXPECT_EQ(profile->namer().whole_stack(rows[0].top_stack).size(), 3u);

    TraceWriter again = build();
    TestProfile with_wrappers(again, Liveness::kExited, true);
    const std::vector<Row> wrapped = rank_blocks(*with_wrappers, {});
    ASSERT_EQ(wrapped.size(), 1u);
    EXPECT_EQ(site_of(with_wrappers, wrapped[0]), "xmalloc");
    EXPECT_EQ(wrapped[0].stacks, 2u);
}

TEST(Ranking, TakesTheOutermostFrameWhenAllAreWrappers) {
    TraceWriter writer;
    writer.add_block(kHeap, 8, writer.add_named_stack({"malloc", "xmalloc"}), 0);
    TestProfile profile(writer);
    EXPECT_EQ(site_of(profile, rank_blocks(*profile, {})[0]), "xmalloc");
}

TEST(Ranking, ShowsTheStackThatHoldsMostOfASite) {
    TraceWriter writer;
    const std::uint32_t rare = writer.add_named_stack({"site", "rare", "main"});
    const std::uint32_t usual = writer.add_named_stack({"site", "usual", "main"});
    writer.add_block(kHeap, 8, rare, 0);
    writer.add_block(kHeap + 32, 8, usual, 0);
    writer.add_block(kHeap + 64, 8, usual, writer.add_scope(make_scope(0, format::ScopeState::kOpen)));
    TestProfile profile(writer);
    const std::vector<Row> rows = rank_blocks(*profile, {});
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].stacks, 2u);
    EXPECT_EQ(profile->namer().frames(rows[0].top_stack)[1].function, "usual");
}

TEST(Ranking, SaysWhenAStackIsMissing) {
    TraceWriter writer;
    writer.add_block(kHeap, 8, format::kStackNone, 0);
    TestProfile profile(writer);
    const std::vector<Row> rows = rank_blocks(*profile, {});
    EXPECT_EQ(profile->namer().frames(rows[0].top_stack).front().function, "[no stack]");
    EXPECT_STRNE(profile->namer().cut_reason(rows[0].top_stack), "");
}

// (title, blocks) of each row.
using Titles = std::vector<std::pair<std::string, std::uint64_t>>;

Titles titles_by(Profile& profile, GroupBy by) {
    RankOptions options;
    options.by = by;
    Titles titles;
    for (const Row& row : rank_blocks(profile, options)) titles.emplace_back(row.title, row.live.blocks());
    return titles;
}

TEST(Ranking, GroupsByScopeFunctionAndThread) {
    TraceWriter writer = sample_trace();
    const std::uint32_t kind = writer.add_kind("packet");
    format::Scope instance = make_scope(kind, format::ScopeState::kOpen);
    instance.tid = 7;
    instance.thread_name = writer.add_string("worker");
    const std::uint32_t packet = writer.add_scope(instance);
    format::Scope other_thread = make_share(packet, 8, 500);
    writer.add_block(kHeap + (1 << 20), 8, writer.add_named_stack({"cache", "other"}), packet);
    writer.add_block(kHeap + (1 << 20) + 32, 8, writer.add_named_stack({"cache", "other"}),
                     writer.add_scope(other_thread));
    TestProfile profile(writer);
    EXPECT_EQ(titles_by(*profile, GroupBy::kScope), (Titles{{"request", 31}, {"(no scope)", 5}, {"packet", 2}}));
    EXPECT_EQ(titles_by(*profile, GroupBy::kFunction), (Titles{{"leak", 30}, {"cache", 7}, {"work", 1}}));
    EXPECT_EQ(titles_by(*profile, GroupBy::kThread),
              (Titles{{"thread 100", 31}, {"unknown thread", 5}, {"thread 8", 1}, {"worker (7)", 1}}));
}

std::uint64_t blocks_where(Profile& profile, const std::vector<std::string>& where,
                           std::optional<std::string> scope = {}) {
    RankOptions options;
    options.filter.scope = std::move(scope);
    for (const std::string& text : where) options.filter.where.push_back(parse_where(text));
    std::uint64_t blocks = 0;
    for (const Row& row : rank_blocks(profile, options)) blocks += row.live.blocks();
    return blocks;
}

TEST(Ranking, FiltersBlocks) {
    TraceWriter writer = sample_trace();
    TestProfile profile(writer);
    EXPECT_EQ(blocks_where(*profile, {}), 36u);
    EXPECT_EQ(blocks_where(*profile, {}, "request"), 31u);
    EXPECT_EQ(blocks_where(*profile, {}, ""), 5u);
    EXPECT_EQ(blocks_where(*profile, {}, "no such kind"), 0u);
    EXPECT_EQ(blocks_where(*profile, {"function:le?k"}), 30u);
    EXPECT_EQ(blocks_where(*profile, {"stack:handle_*"}), 31u);
    EXPECT_EQ(blocks_where(*profile, {"stack:handle_*", "function:work"}), 1u);
    EXPECT_EQ(blocks_where(*profile, {"scope:req*"}), 31u);
    EXPECT_EQ(blocks_where(*profile, {"thread:thread 100"}), 31u);
    EXPECT_EQ(blocks_where(*profile, {"thread:100"}), 31u);
    EXPECT_EQ(blocks_where(*profile, {"thread:10"}), 0u);
    EXPECT_EQ(blocks_where(*profile, {"module:libfoo*"}), 0u);
}

TEST(Ranking, FiltersThreadsByNameAndNumber) {
    TraceWriter writer;
    format::Scope instance = make_scope(writer.add_kind("packet"), format::ScopeState::kOpen);
    instance.tid = 7;
    instance.thread_name = writer.add_string("a worker");
    writer.add_block(kHeap, 8, writer.add_named_stack({"cache", "main"}), writer.add_scope(instance));
    TestProfile profile(writer);
    for (const char* pattern : {"thread:a worker (7)", "thread:a worker", "thread:7", "thread:a w*"})
        EXPECT_EQ(blocks_where(*profile, {pattern}), 1u) << pattern;
    for (const char* pattern : {"thread:a", "thread:worker", "thread:", "thread:(7)"})
        EXPECT_EQ(blocks_where(*profile, {pattern}), 0u) << pattern;
}

TEST(Ranking, RefusesAConditionThatIsNone) {
    EXPECT_THROW(parse_where("libfoo"), Error);
    EXPECT_THROW(parse_where("colour:red"), Error);
    EXPECT_EQ(parse_where("function:std::vector<int>").pattern, "std::vector<int>");
}

TEST(Ranking, KnowsAges) {
    TraceWriter writer;
    const std::uint32_t kind = writer.add_kind("k");
    const std::uint32_t instance = writer.add_scope(make_scope(kind, format::ScopeState::kOpen));
    const std::uint32_t early = writer.add_named_stack({"early"});
    const std::uint32_t late = writer.add_named_stack({"late"});
    writer.add_block(kHeap, 8, late, writer.add_scope(make_share(instance, 1, 900)));
    writer.add_block(kHeap + 32, 8, late, writer.add_scope(make_share(instance, 1, 700)));
    writer.add_block(kHeap + 64, 8, early, writer.add_scope(make_share(instance, 1, 20)));
    TestProfile profile(writer);
    RankOptions options;
    options.sort = SortBy::kAge;
    const std::vector<Row> rows = rank_blocks(*profile, options);
    EXPECT_EQ(site_of(profile, rows[0]), "early");
    EXPECT_EQ(rows[1].oldest_cs, 700u);
    EXPECT_EQ(rows[1].newest_cs, 900u);
    EXPECT_EQ(profile->now_cs(), 900u);
}

// Blocks at two addresses of one module: without debug information each is a site of its own.
TEST(Ranking, TellsSitesApartByModuleAndOffset) {
    TraceWriter writer;
    format::Module module{};
    module.state = format::ModuleState::kLoaded;
    module.path = writer.add_string("/nowhere/libgone.so");
    module.bias = module.begin = 0x7f0000000000;
    module.end = module.begin + 0x10000;
    const std::uint32_t index = writer.add_module(module);
    const auto at = [&](std::uint64_t offset) {
        return writer.add_node(format::kStackWhole, format::make_location(module.bias + offset, index, false));
    };
    writer.add_block(kHeap, 8, at(0x100), 0);
    writer.add_block(kHeap + 32, 8, at(0x105), 0);
    writer.add_block(kHeap + 64, 8, at(0x105), 0);
    TestProfile profile(writer);
    const std::vector<Row> rows = rank_blocks(*profile, {});
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(profile->namer().site(rows[0].top_stack).offset, 0x105u);
    EXPECT_EQ(profile->namer().site(rows[0].top_stack).module, "/nowhere/libgone.so");
    EXPECT_EQ(titles_by(*profile, GroupBy::kModule), (Titles{{"/nowhere/libgone.so", 3}}));
}

TEST(Ranking, CountsALargeHeapInAboutASecond) {
    BlockSums sums;
    for (std::uint32_t i = 0; i < 10'000'000; ++i) sums.add({i * 32ull, 24, i % 5000 + 4, i % 7, false});
    TraceWriter writer;
    const std::vector<std::uint8_t> bytes = writer.finish();
    const Trace trace = load_trace(MemorySource("t", bytes), [](const LiveBlock&) {});
    EXPECT_EQ(LiveSet(sums, trace).damaged().blocks, 10'000'000u);
}

}  // namespace
}  // namespace dregs
