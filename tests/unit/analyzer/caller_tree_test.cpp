// Trees of callers of each kind of scope, and where instances begin and end.
#include "analyzer/analysis/caller_tree.h"

#include <map>

#include "trace_fixture.h"

namespace dregs {
namespace {

using format::ScopeEdgeKind;
using format::ScopeState;

// "outermost > ... > innermost" -> blocks of that node.
std::map<std::string, std::uint64_t> paths(const CallerTree& tree) {
    std::map<std::string, std::uint64_t> found;
    std::vector<std::string> names(tree.nodes.size());
    for (std::size_t id = 1; id < tree.nodes.size(); ++id) {
        const CallerNode& node = tree.nodes[id];
        EXPECT_LT(node.parent, id);
        names[id] = names[node.parent] + (node.parent == 0 ? "" : " > ") + node.frame.function;
        found[names[id]] = node.blocks.blocks();
    }
    return found;
}

// "function looks", in the order of the report.
std::vector<std::string> places(TestProfile& profile, const std::vector<ScopePlaceSeen>& seen) {
    std::vector<std::string> found;
    for (const ScopePlaceSeen& place : seen)
        found.push_back(profile->namer().frames(place.stack).front().function + " " + std::to_string(place.looks));
    return found;
}

using Paths = std::map<std::string, std::uint64_t>;
using Names = std::vector<std::string>;

TEST(CallerTree, MergesStacksOfAKindFromTheOutside) {
    TraceWriter writer = sample_trace();
    TestProfile profile(writer);
    const std::vector<KindCallers> kinds = find_callers(*profile);
    ASSERT_EQ(kinds.size(), 1u);
    const KindCallers& request = kinds[0];
    EXPECT_EQ(request.name, "request");
    EXPECT_EQ(request.entered, 100u);
    EXPECT_EQ(request.left, 99u);
    EXPECT_EQ(request.live.rounded(), (Tally{31, 4337}));
    EXPECT_EQ(request.survivors.rounded(), (Tally{30, 3000}));
    EXPECT_EQ(paths(request.allocated), (Paths{{"main", 31},
                                               {"main > handle_request", 31},
                                               {"main > handle_request > leak", 30},
                                               {"main > handle_request > work", 1}}));
    const CallerTree& tree = request.allocated;
    EXPECT_EQ(tree.nodes[0].survivors.blocks(), 30u);
    EXPECT_EQ(tree.cut, 0u);
    EXPECT_TRUE(request.released.empty()) << "there is no ledger";
}

TEST(CallerTree, ChildrenStandByTheirBlocks) {
    TraceWriter writer;
    const std::uint32_t scope = writer.add_scope(make_scope(writer.add_kind("k"), ScopeState::kOpen));
    const std::uint32_t few = writer.add_named_stack({"few", "main"});
    const std::uint32_t many = writer.add_named_stack({"many", "main"});
    const std::uint32_t large = writer.add_named_stack({"large", "main"});
    std::uint64_t address = kHeap;
    writer.add_block(address += 4096, 8, few, scope);
    writer.add_block(address += 4096, 1000, large, scope);
    for (int i = 0; i < 3; ++i) writer.add_block(address += 4096, 8, many, scope);
    TestProfile profile(writer);
    const CallerTree tree = find_callers(*profile)[0].allocated;
    Names order;
    for (const std::uint32_t child : tree.nodes[1].children) order.push_back(tree.nodes[child].frame.function);
    EXPECT_EQ(order, (Names{"many", "large", "few"}));
}

TEST(CallerTree, BlocksOfSharesAreTheInstances) {
    TraceWriter writer;
    const std::uint32_t instance = writer.add_scope(make_scope(writer.add_kind("k"), ScopeState::kClosed));
    writer.add_block(kHeap, 8, writer.add_named_stack({"f"}), writer.add_scope(make_share(instance, 9, 0)));
    TestProfile profile(writer);
    const KindCallers kind = find_callers(*profile)[0];
    EXPECT_EQ(paths(kind.allocated), (Paths{{"f", 1}}));
    EXPECT_EQ(kind.survivors.blocks(), 1u);
}

TEST(CallerTree, ReleasesAreOfTheStacksOfLiveBlocks) {
    TraceWriter writer;
    const std::uint32_t leak = writer.add_named_stack({"leak", "main"});
    const std::uint32_t other = writer.add_named_stack({"other", "main"});
    const std::uint32_t put = writer.add_named_stack({"put", "close", "main"});
    const auto scope = writer.add_scope(make_scope(writer.add_kind("k"), ScopeState::kClosed));
    writer.add_block(kHeap, 8, leak, scope);
    writer.add_release({format::make_release_key(leak, put, format::ReleaseKind::kFreed), 7, 56, 0, 0});
    writer.add_release({format::make_release_key(other, put, format::ReleaseKind::kFreed), 5, 40, 0, 0});
    TestProfile profile(writer);
    EXPECT_EQ(paths(find_callers(*profile)[0].released),
              (Paths{{"main", 7}, {"main > close", 7}, {"main > close > put", 7}}));
}

TEST(CallerTree, PlacesAreAddedUpBySiteAndSortedByLooks) {
    TraceWriter writer;
    const std::uint32_t kind = writer.add_kind("k");
    const std::uint32_t here = writer.add_named_stack({"here", "a"});
    const std::uint32_t there = writer.add_named_stack({"there", "a"});
    writer.add_scope_edge({kind, here, ScopeEdgeKind::kBegin, 0, 2});
    writer.add_scope_edge({kind, there, ScopeEdgeKind::kBegin, 0, 5});
    writer.add_scope_edge({kind, here, ScopeEdgeKind::kBegin, 0, 4});
    writer.add_scope_edge({kind, there, ScopeEdgeKind::kEnd, 0, 3});
    writer.add_scope_edge({kind, here, ScopeEdgeKind::kEnd, 0, 0});  // being written
    TestProfile profile(writer);
    const std::vector<KindCallers> kinds = find_callers(*profile);
    ASSERT_EQ(kinds.size(), 1u);
    EXPECT_EQ(places(profile, kinds[0].begins), (Names{"here 6", "there 5"}));
    EXPECT_EQ(places(profile, kinds[0].ends), (Names{"there 3"}));
}

TEST(CallerTree, RecordsTellWhereNobodyLooked) {
    TraceWriter writer;
    const std::uint32_t kind = writer.add_kind("pool");
    const std::uint32_t often = writer.add_named_stack({"often"});
    const std::uint32_t once = writer.add_named_stack({"once"});
    writer.add_scope_edge({kind, often, ScopeEdgeKind::kBegin, 0, 3});
    for (const std::uint32_t stack : {often, often, once}) {
        format::Scope pool = make_scope(kind, ScopeState::kOpen, format::kScopePool);
        pool.stack = stack;
        writer.add_scope(pool);
    }
    TestProfile profile(writer);
    EXPECT_EQ(places(profile, find_callers(*profile)[0].begins), (Names{"often 3", "once 1"}));
}

TEST(CallerTree, SenselessEdgesAreLeftOut) {
    TraceWriter writer;
    const std::uint32_t kind = writer.add_kind("k");
    const std::uint32_t stack = writer.add_named_stack({"f"});
    writer.add_scope_edge({999, stack, ScopeEdgeKind::kBegin, 0, 1});  // no such kind
    writer.add_scope_edge({0, stack, ScopeEdgeKind::kBegin, 0, 1});    // no scope
    writer.add_scope_edge({kind, 4711, ScopeEdgeKind::kBegin, 0, 1});  // no such stack
    writer.add_scope_edge({kind, stack, ScopeEdgeKind::kBegin, 0, 1});
    TestProfile profile(writer);
    const std::vector<KindCallers> kinds = find_callers(*profile);
    ASSERT_EQ(kinds.size(), 1u);
    EXPECT_EQ(places(profile, kinds[0].begins), (Names{"f 1"}));
}

TEST(CallerTree, ADeepTreeIsCutNotEndless) {
    TraceWriter writer;
    const std::uint32_t scope = writer.add_scope(make_scope(writer.add_kind("k"), ScopeState::kOpen));
    std::vector<std::string> names;
    for (int i = 0; i < 1000; ++i) names.push_back("f" + std::to_string(i));
    std::vector<std::string_view> stack(names.begin(), names.end());
    constexpr int kStacks = 300;  // 300,000 frames that have none in common, and room for 262,144
    std::uint64_t address = kHeap;
    for (int i = 0; i < kStacks; ++i) {
        const std::string outermost = "thread " + std::to_string(i);
        stack.push_back(outermost);
        writer.add_block(address += 32, 8, writer.add_named_stack(stack), scope);
        stack.pop_back();
    }
    TestProfile profile(writer);
    const CallerTree tree = find_callers(*profile)[0].allocated;
    EXPECT_LE(tree.nodes.size(), std::size_t{1} << 18);
    EXPECT_GT(tree.cut, 0u);
    EXPECT_EQ(tree.nodes[0].blocks.blocks(), static_cast<std::uint64_t>(kStacks)) << "no block is lost";
}

}  // namespace
}  // namespace dregs
