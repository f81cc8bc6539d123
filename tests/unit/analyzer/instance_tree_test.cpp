// The tree of instances: who is in whom, sums, order, hostile parents; and the single blocks of each.
#include "analyzer/analysis/instance_tree.h"

#include <map>

#include "analyzer/analysis/instance_blocks.h"
#include "trace_fixture.h"

namespace dregs {
namespace {

using format::ScopeState;

class Forest {
  public:
    std::uint32_t scope(std::uint32_t parent, ScopeState state = ScopeState::kOpen) {
        return writer.add_scope(make_scope(kind_, state, 0, parent));
    }
    void block(std::uint32_t scope, std::uint64_t bytes) {
        writer.add_block(next_, bytes, stack_, scope);
        next_ += 4096;
        ++writer.scope(scope).live;
    }

    TraceWriter writer;

  private:
    std::uint32_t kind_ = writer.add_kind("k");
    std::uint32_t stack_ = writer.add_named_stack({"f"});
    std::uint64_t next_ = kHeap;
};

// Each node as "instance<parent:own bytes/all bytes", in order.
std::string shape(const InstanceTree& tree) {
    std::string text;
    for (std::size_t i = 0; i < tree.nodes().size(); ++i) {
        const InstanceNode& node = tree.nodes()[i];
        const bool root = node.parent == i;
        text += std::to_string(node.instance) + "<" +
                (root ? "-" : std::to_string(tree.nodes()[node.parent].instance)) + ":" +
                std::to_string(node.own.bytes()) + "/" + std::to_string(node.all.bytes()) + " ";
    }
    return text;
}

TEST(InstanceTree, EachIsAfterItsParentAndTheLargestSiblingFirst) {
    Forest forest;
    const std::uint32_t root = forest.scope(0);
    const std::uint32_t small = forest.scope(root);
    const std::uint32_t large = forest.scope(root);
    const std::uint32_t inner = forest.scope(small);
    forest.block(small, 10);
    forest.block(inner, 20);
    forest.block(large, 300);
    ASSERT_EQ((std::vector{root, small, large, inner}), (std::vector<std::uint32_t>{1, 2, 3, 4}));
    TestProfile profile(forest.writer);
    const InstanceTree tree(*profile);
    EXPECT_EQ(shape(tree), "1<-:0/330 3<1:300/300 2<1:10/30 4<2:20/20 ");
    EXPECT_EQ(tree.end_of(0), 4u);
    EXPECT_EQ(tree.end_of(1), 2u);
    EXPECT_EQ(tree.end_of(2), 4u);
    EXPECT_EQ(tree.nodes()[3].depth, 2u);
}

TEST(InstanceTree, AClosedInstanceIsThereForItsBlocksOrForWhatIsInIt) {
    Forest forest;
    forest.scope(0, ScopeState::kClosed);  // empty
    const std::uint32_t closed = forest.scope(0, ScopeState::kClosed);
    const std::uint32_t open = forest.scope(closed);
    const std::uint32_t survivors = forest.scope(0, ScopeState::kClosed);
    forest.block(survivors, 8);
    TestProfile profile(forest.writer);
    const InstanceTree tree(*profile);
    EXPECT_EQ(shape(tree), std::to_string(survivors) + "<-:8/8 " + std::to_string(closed) + "<-:0/0 " +
                               std::to_string(open) + "<" + std::to_string(closed) + ":0/0 ");
    EXPECT_TRUE(tree.nodes()[0].outlived);
    EXPECT_FALSE(tree.nodes()[2].outlived);
}

TEST(InstanceTree, AShareCountsWithItsInstance) {
    Forest forest;
    const std::uint32_t instance = forest.scope(0);
    forest.block(instance, 8);
    forest.block(forest.writer.add_scope(make_share(instance, 9, 5)), 16);
    TestProfile profile(forest.writer);
    EXPECT_EQ(shape(InstanceTree(*profile)), "1<-:24/24 ");
}

TEST(InstanceTree, AParentThatWasUsedAgainIsNone) {
    Forest forest;
    const std::uint32_t parent = forest.scope(0);
    forest.block(forest.scope(parent), 8);
    forest.writer.scope(parent).status |= std::uint64_t{1} << 32;
    TestProfile profile(forest.writer);
    EXPECT_EQ(shape(InstanceTree(*profile)), "2<-:8/8 1<-:0/0 ");
}

TEST(InstanceTree, ParentsInACircleAreCut) {
    Forest forest;
    const std::uint32_t a = forest.scope(0);
    const std::uint32_t b = forest.scope(a);
    const std::uint32_t c = forest.scope(b);
    forest.writer.scope(a).parent = c;
    forest.block(forest.scope(b), 8);
    const std::uint32_t own = forest.scope(0);
    forest.writer.scope(own).parent = own;
    TestProfile profile(forest.writer);
    const InstanceTree tree(*profile);
    ASSERT_EQ(tree.nodes().size(), 5u);
    std::uint64_t roots = 0;
    for (std::size_t i = 0; i < 5; ++i) roots += tree.nodes()[i].parent == i;
    EXPECT_EQ(roots, 2u);
    EXPECT_EQ(tree.nodes()[0].all.bytes(), 8u);
}

TEST(InstanceBlocks, EachNodeHasItsOwnInOrder) {
    Forest forest;
    const std::uint32_t root = forest.scope(0);
    for (int i = 0; i < 50; ++i) {
        const std::uint32_t scope = forest.scope(root);
        for (int j = 0; j < i % 7; ++j) forest.block(scope, 100 + static_cast<std::uint64_t>(i));
    }
    TestProfile profile(forest.writer);
    const InstanceTree tree(*profile);
    int readings = 0;
    InstanceBlocks blocks(*profile, tree, [&](BlockSink sink) {
        ++readings;
        read_blocks_again(MemorySource("test", profile.bytes()), sink);
    });
    for (std::size_t i = 0; i < tree.nodes().size(); ++i) {
        Tally told;
        std::uint64_t last = 0;
        blocks.each(i, [&](const LiveBlock& block) {
            told += Tally{1, block.bytes};
            EXPECT_LT(last, block.address);
            last = block.address;
        });
        EXPECT_EQ(told, tree.nodes()[i].own.rounded()) << i;
    }
    EXPECT_EQ(readings, 1);
}

}  // namespace
}  // namespace dregs
