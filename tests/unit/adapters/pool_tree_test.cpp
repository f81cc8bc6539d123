// Which pools go with a pool: all below, children first, and no others.
#include "adapters/pool_tree.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

namespace dregs::adapters {
namespace {

struct Pool : PoolNode {
    explicit Pool(const char* pool_name) : PoolNode{}, name(pool_name) {}
    std::string name;
};

class PoolTreeTest : public ::testing::Test {
  protected:
    void add(Pool& pool, Pool* parent) { tree_.add(pool, parent); }
    // The names of those that go, in the order in which they do.
    std::string remove(Pool& pool) {
        std::string names;
        tree_.remove(pool, [&](PoolNode& node) { names += static_cast<Pool&>(node).name + " "; });
        return names;
    }
    // As if the process with this generation had it now, or had when this one was forked.
    void hold_lock(unsigned owner) {
        static_assert(sizeof(PoolTree) == sizeof owner && std::is_trivially_copyable_v<PoolTree>);
        std::memcpy(static_cast<void*>(&tree_), &owner, sizeof owner);
    }

    PoolTree tree_{};
    Pool root_{"root"}, a_{"a"}, b_{"b"}, c_{"c"}, below_a_{"below_a"}, deepest_{"deepest"};
};

TEST_F(PoolTreeTest, APoolAloneGoesAlone) {
    add(root_, nullptr);
    EXPECT_EQ(remove(root_), "root ");
}

TEST_F(PoolTreeTest, AllBelowGoFirst) {
    add(a_, &root_);
    add(below_a_, &a_);
    add(deepest_, &below_a_);
    add(b_, &root_);
    EXPECT_EQ(remove(root_), "b deepest below_a a root ");
    EXPECT_EQ(remove(root_), "root ") << "nothing is below it any more";
}

TEST_F(PoolTreeTest, WhatIsBesideStays) {
    add(a_, &root_);
    add(b_, &root_);
    add(c_, &root_);
    add(below_a_, &a_);
    EXPECT_EQ(remove(b_), "b ");
    EXPECT_EQ(remove(a_), "below_a a ");
    EXPECT_EQ(remove(root_), "c root ");
}

TEST_F(PoolTreeTest, FirstAndLastOfSeveralGoByThemselves) {
    add(a_, &root_);
    add(b_, &root_);
    add(c_, &root_);
    EXPECT_EQ(remove(c_), "c ");  // first in the list
    EXPECT_EQ(remove(a_), "a ");  // last
    EXPECT_EQ(remove(root_), "b root ");
}

TEST_F(PoolTreeTest, ANodeIsUsedAgain) {
    add(a_, &root_);
    remove(a_);
    add(a_, &b_);
    EXPECT_EQ(remove(root_), "root ");
    EXPECT_EQ(remove(b_), "a b ");
}

TEST_F(PoolTreeTest, AMillionBelowEachOtherNeedNoStack) {
    std::vector<PoolNode> chain(1'000'000, PoolNode{});
    for (std::size_t i = 1; i < chain.size(); ++i) tree_.add(chain[i], &chain[i - 1]);
    std::size_t gone = 0;
    tree_.remove(chain[0], [&](PoolNode& node) {
        ++gone;
        EXPECT_EQ(&node, &chain[chain.size() - gone]);
    });
    EXPECT_EQ(gone, chain.size());
}

TEST_F(PoolTreeTest, WhoCannotHaveTheLockDoesWithout) {
    hold_lock(generation() + 1);
    add(a_, &root_);
    EXPECT_EQ(a_.parent, nullptr);
    EXPECT_EQ(remove(root_), "root ");
    hold_lock(0);
    add(a_, &root_);
    EXPECT_EQ(remove(root_), "a root ");
}

TEST_F(PoolTreeTest, ALockFromBeforeTheForkIsFree) {
    hold_lock(generation());  // of a parent that has one less
    add(a_, &root_);
    EXPECT_EQ(remove(root_), "a root ");
}

TEST_F(PoolTreeTest, ThreadsShareAParent) {
    constexpr std::size_t kThreads = 4, kPools = 5000;
    std::vector<PoolNode> nodes(kThreads * kPools, PoolNode{});
    std::vector<std::thread> threads;
    std::vector<std::size_t> kept(kThreads);
    for (std::size_t t = 0; t < kThreads; ++t) {
        threads.emplace_back([&, t] {
            for (std::size_t i = t * kPools; i < (t + 1) * kPools; ++i) {
                tree_.add(nodes[i], &root_);
                const bool linked = nodes[i].parent != nullptr;  // the lock may have been out of reach
                if (i % 3 == 0) tree_.remove(nodes[i], [](PoolNode&) {});
                kept[t] += linked && nodes[i].parent != nullptr;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    std::size_t gone = 0, expected = 1;
    for (const std::size_t count : kept) expected += count;
    tree_.remove(root_, [&](PoolNode&) { ++gone; });
    EXPECT_EQ(gone, expected);
}

}  // namespace
}  // namespace dregs::adapters
