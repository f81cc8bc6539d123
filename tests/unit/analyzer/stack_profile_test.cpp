// Stacks with what they hold, by kind of scope and thread: sums equal those of the trace.
#include "analyzer/analysis/stack_profile.h"

#include "analyzer/analysis/frame_table.h"
#include "trace_fixture.h"

namespace dregs {
namespace {

const Filter kAll;

std::vector<std::string> functions_of(Profile& profile, std::uint32_t stack) {
    std::vector<std::string> functions;
    profile.namer().walk_from_site(stack, [&](const StackNamer::StackPlace& place) {
        for (const Frame& frame : place.frames) functions.push_back(frame.function);
        return true;
    });
    return functions;
}

TEST(StackProfile, ListsStacksInRankOrder) {
    TraceWriter writer = sample_trace();
    TestProfile profile(writer);
    const StackProfile by_count(*profile, kAll, SortBy::kCount);
    ASSERT_EQ(by_count.stacks().size(), 3u);
    EXPECT_EQ(by_count.stacks()[0].live.rounded(), (Tally{30, 3000}));
    EXPECT_EQ(by_count.stacks()[0].outlived.rounded(), (Tally{30, 3000}));
    EXPECT_EQ(functions_of(*profile, by_count.stacks()[0].stack),
              (std::vector<std::string>{"leak", "handle_request", "main"}));
    EXPECT_EQ(by_count.live().rounded(), profile->totals().live.rounded());
    EXPECT_EQ(by_count.outlived().rounded(), (Tally{30, 3000}));
    const StackProfile by_bytes(*profile, kAll, SortBy::kBytes);
    EXPECT_EQ(by_bytes.stacks()[1].live.rounded(), (Tally{1, 1337}));
}

TEST(StackProfile, PartsAStackByKindAndThread) {
    TraceWriter writer;
    const std::uint32_t stack = writer.add_named_stack({"keep", "main"});
    const std::uint32_t request = writer.add_kind("request");
    const auto closed = writer.add_scope(make_scope(request, format::ScopeState::kClosed));
    const auto again = writer.add_scope(make_scope(request, format::ScopeState::kClosed));
    const auto open = writer.add_scope(make_scope(request, format::ScopeState::kOpen));
    const auto other = writer.add_scope(make_share(open, 101, 5));
    std::uint64_t address = kHeap;
    for (const std::uint32_t scope : {0u, closed, closed, again, open, other}) {
        writer.add_block(address, 10, stack, scope);
        address += 32;
    }
    TestProfile profile(writer);
    StackProfile stacks(*profile, kAll, SortBy::kCount);
    ASSERT_EQ(stacks.stacks().size(), 1u);
    const std::vector<StackShare> shares = stacks.shares(stacks.stacks()[0]);
    ASSERT_EQ(shares.size(), 3u);
    EXPECT_EQ(shares[0].kind, 0u);
    EXPECT_EQ(stacks.threads()[shares[0].thread].name, "unknown thread");
    EXPECT_EQ(shares[1].kind, request);
    EXPECT_EQ(stacks.threads()[shares[1].thread].tid, 100u);
    EXPECT_EQ(shares[1].live.rounded(), (Tally{4, 40}));
    EXPECT_EQ(shares[1].outlived.rounded(), (Tally{3, 30}));
    EXPECT_EQ(stacks.threads()[shares[2].thread].name, "thread 101");
    EXPECT_EQ(shares[2].live.rounded(), (Tally{1, 10}));
}

TEST(StackProfile, HasOnlyWhatMatches) {
    TraceWriter writer = sample_trace();
    TestProfile profile(writer);
    Filter filter;
    filter.scope = "request";
    filter.where.push_back(parse_where("function:work"));
    StackProfile stacks(*profile, filter, SortBy::kCount);
    ASSERT_EQ(stacks.stacks().size(), 1u);
    EXPECT_EQ(stacks.live().rounded(), (Tally{1, 1337}));
    EXPECT_EQ(stacks.shares(stacks.stacks()[0]).size(), 1u);
}

TEST(FrameTable, NumbersEqualFramesOnce) {
    Frame first;
    first.function = "f";
    first.line = 7;
    Frame same = first;
    Frame other = first;
    other.line = 8;
    FrameTable table;
    EXPECT_EQ(table.number(first), 0u);
    EXPECT_EQ(table.number(other), 1u);
    EXPECT_EQ(table.number(same), 0u);
    EXPECT_EQ(table.number(same), 0u);
    EXPECT_EQ(table.frames().size(), 2u);
}

TEST(StackNamer, ASiteWithoutFramesHasOneMadeUp) {
    TraceWriter writer;
    writer.add_block(kHeap, 10, format::kStackNone, 0);
    TestProfile profile(writer);
    EXPECT_EQ(functions_of(*profile, format::kStackNone), std::vector<std::string>{"[no stack]"});
}

}  // namespace
}  // namespace dregs
