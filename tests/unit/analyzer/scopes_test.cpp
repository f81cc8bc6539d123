// Who outlived what: scope records, shares, pools, and the tree of kinds.
#include "analyzer/analysis/scope_report.h"
#include "trace_fixture.h"

namespace dregs {
namespace {

using format::ScopeState;

// Whether the only block of a trace outlived its scope.
bool outlived(TraceWriter& writer, std::uint32_t scope) {
    writer.add_block(kHeap, 8, writer.add_named_stack({"f"}), scope);
    TestProfile profile(writer);
    return profile->scopes().facts(scope).outlived;
}

TEST(ScopeIndex, AClosedInstanceIsOutlivedAnOpenOneIsNot) {
    TraceWriter closed;
    EXPECT_TRUE(outlived(closed, closed.add_scope(make_scope(closed.add_kind("k"), ScopeState::kClosed))));
    TraceWriter open;
    EXPECT_FALSE(outlived(open, open.add_scope(make_scope(open.add_kind("k"), ScopeState::kOpen))));
}

TEST(ScopeIndex, NoScopeIsNeverOutlived) {
    TraceWriter writer;
    // What a thread allocated outside any scope; the thread has ended.
    EXPECT_FALSE(outlived(writer, writer.add_scope(make_scope(0, ScopeState::kClosed))));
    TraceWriter none;
    EXPECT_FALSE(outlived(none, 0));
}

TEST(ScopeIndex, AShareIsOutlivedWhenItsInstanceIs) {
    for (const ScopeState state : {ScopeState::kOpen, ScopeState::kClosed}) {
        TraceWriter writer;
        const std::uint32_t instance = writer.add_scope(make_scope(writer.add_kind("k"), state));
        format::Scope share = make_share(instance, 9, 0);
        share.status = format::kScopeShare | static_cast<std::uint64_t>(ScopeState::kClosed);  // its slice is over
        EXPECT_EQ(outlived(writer, writer.add_scope(share)), state == ScopeState::kClosed);
    }
}

TEST(ScopeIndex, AStaleShareMakesNoSurvivor) {
    TraceWriter writer;
    const std::uint32_t instance = writer.add_scope(make_scope(writer.add_kind("k"), ScopeState::kClosed));
    writer.scope(instance).status |= std::uint64_t{5} << 32;
    EXPECT_FALSE(outlived(writer, writer.add_scope(make_share(instance, 9, 0))));
}

std::uint32_t add_pool(TraceWriter& writer, std::uint32_t parent) {
    return writer.add_scope(make_scope(writer.add_kind("pool"), ScopeState::kOpen, format::kScopePool, parent));
}

TEST(ScopeIndex, AnOpenPoolIsOutlivedWhenWhatItWasMadeInHasEnded) {
    TraceWriter alone;
    EXPECT_FALSE(outlived(alone, add_pool(alone, 0)));
    TraceWriter in_open;
    const auto open = in_open.add_scope(make_scope(in_open.add_kind("k"), ScopeState::kOpen));
    EXPECT_FALSE(outlived(in_open, add_pool(in_open, open)));
    TraceWriter in_closed;
    const auto closed = in_closed.add_scope(make_scope(in_closed.add_kind("k"), ScopeState::kClosed));
    EXPECT_TRUE(outlived(in_closed, add_pool(in_closed, add_pool(in_closed, closed))));
    TraceWriter in_recycled;
    const auto reused = in_recycled.add_scope(make_scope(in_recycled.add_kind("k"), ScopeState::kOpen));
    in_recycled.scope(reused).status |= std::uint64_t{1} << 32;
    EXPECT_TRUE(outlived(in_recycled, add_pool(in_recycled, reused)));
}

TEST(ScopeIndex, PoolsInACircleEnd) {
    TraceWriter writer;
    const std::uint32_t a = add_pool(writer, 0);
    const std::uint32_t b = add_pool(writer, a);
    writer.scope(a).parent = b;
    EXPECT_FALSE(outlived(writer, b));
}

TEST(ScopeReport, CountsInstancesAndSurvivors) {
    TraceWriter writer = sample_trace();
    TestProfile profile(writer);
    const ScopeReport report = report_scopes(*profile);
    ASSERT_EQ(report.kinds.size(), 1u);
    const KindReport& request = report.kinds[0];
    EXPECT_EQ(request.name, "request");
    EXPECT_EQ(request.entered, 100u);
    EXPECT_EQ(request.left, 99u);
    EXPECT_EQ(request.open, 1u);
    EXPECT_EQ(request.clean, 89u);
    EXPECT_EQ(request.survivors.rounded(), (Tally{30, 3000}));
    EXPECT_EQ(request.survivor_instances, 10u);
    EXPECT_EQ(request.live.rounded(), (Tally{31, 4337}));
    ASSERT_EQ(request.sites.size(), 1u);
    EXPECT_EQ(request.sites[0].survivors.blocks(), 30u);
    EXPECT_EQ(request.sites[0].instances, 10u);
    EXPECT_EQ(request.sites[0].labels.size(), 5u);
    EXPECT_EQ(request.sites[0].labels[0], "request 0");
    EXPECT_EQ(report.unscoped.rounded(), (Tally{5, 120}));
    EXPECT_EQ(report.survivors.rounded(), (Tally{30, 3000}));
}

TEST(ScopeReport, SumsCountersOfAllThreads) {
    TraceWriter writer;
    const std::uint32_t kind = writer.add_kind("k");
    writer.kind_counters(kind).entered = 3;
    writer.kind_counters(kind).missed_leaves = 1;
    writer.kind_counters(999).entered = 5;  // of no kind there is: ignored
    TestProfile profile(writer);
    const ScopeReport report = report_scopes(*profile);
    ASSERT_EQ(report.kinds.size(), 1u);
    EXPECT_EQ(report.kinds[0].entered, 3u);
    EXPECT_EQ(report.kinds[0].missed_leaves, 1u);
}

TEST(ScopeReport, GivesDifferentLabelsAsExamples) {
    TraceWriter writer;
    const std::uint32_t kind = writer.add_kind("k");
    const std::uint32_t stack = writer.add_named_stack({"f"});
    std::uint64_t address = kHeap;
    for (const char* label : {"same", "same", "", "other"}) {
        writer.add_block(address += 32, 8, stack, writer.add_scope(make_scope(kind, ScopeState::kClosed, 0, 0, label)));
    }
    TestProfile profile(writer);
    EXPECT_EQ(report_scopes(*profile).kinds[0].sites[0].labels, (std::vector<std::string>{"same", "other"}));
}

TEST(ScopeReport, AFullLabelHasNoEnd) {
    TraceWriter writer;
    const std::string label(format::kLabelBytes, 'x');
    const std::uint32_t scope = writer.add_scope(make_scope(writer.add_kind("k"), ScopeState::kClosed));
    label.copy(writer.scope(scope).label, format::kLabelBytes);
    writer.add_block(kHeap, 8, writer.add_named_stack({"f"}), scope);
    TestProfile profile(writer);
    EXPECT_EQ(report_scopes(*profile).kinds[0].sites[0].labels[0], label);
}

// (name, depth) in the order of the report.
std::vector<std::pair<std::string, std::size_t>> tree(TestProfile& profile) {
    std::vector<std::pair<std::string, std::size_t>> kinds;
    for (const KindReport& kind : report_scopes(*profile).kinds) kinds.emplace_back(kind.name, kind.depth);
    return kinds;
}

TEST(ScopeReport, ArrangesKindsAsATree) {
    TraceWriter writer;
    const std::uint32_t file = writer.add_kind("file");
    const std::uint32_t idle = writer.add_kind("idle");
    const std::uint32_t packet = writer.add_kind("packet");
    const std::uint32_t tree_kind = writer.add_kind("tree", packet);  // all clean: only the note of its first is left
    writer.kind_counters(idle).entered = 1;
    writer.kind_counters(tree_kind).entered = 4;
    const std::uint32_t instance = writer.add_scope(make_scope(file, ScopeState::kOpen));
    const std::uint32_t closed = writer.add_scope(make_scope(packet, ScopeState::kClosed, 0, instance));
    writer.add_block(kHeap, 8, writer.add_named_stack({"f"}), closed);
    TestProfile profile(writer);
    EXPECT_EQ(tree(profile),
              (std::vector<std::pair<std::string, std::size_t>>{{"file", 0}, {"packet", 1}, {"tree", 2}, {"idle", 0}}));
}

TEST(ScopeReport, KindsInACircleAllAppear) {
    TraceWriter writer;
    const std::uint32_t a = writer.add_kind("a", 2);
    const std::uint32_t b = writer.add_kind("b", 1);
    const std::uint32_t self = writer.add_kind("self", 3);
    for (const std::uint32_t kind : {a, b, self}) writer.kind_counters(kind).entered = 1;
    TestProfile profile(writer);
    EXPECT_EQ(tree(profile).size(), 3u);
}

}  // namespace
}  // namespace dregs
