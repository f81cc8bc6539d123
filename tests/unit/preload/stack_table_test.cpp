// The same stack has the same id, from whatever thread; different stacks have different ids.
#include <map>
#include <random>
#include <thread>
#include <vector>

#include "trace_fixture.h"

namespace dregs {
namespace {

using Stack = std::vector<std::uint64_t>;

class StackTableTest : public TraceTest {
  protected:
    std::uint32_t intern(const Stack& stack, std::uint32_t root = format::kStackWhole) {
        return parts().stacks.intern(stack.data(), static_cast<std::uint32_t>(stack.size()), root);
    }
};

TEST_F(StackTableTest, RootsAreStacksOfNoFrames) {
    EXPECT_EQ(intern({}), format::kStackWhole);
    EXPECT_EQ(intern({}, format::kStackCut), format::kStackCut);
}

TEST_F(StackTableTest, RootFramesAndOrderTellStacksApart) {
    const std::uint32_t stack = intern({1, 2, 3});
    EXPECT_GE(stack, format::kStackRoots);
    EXPECT_EQ(intern({1, 2, 3}), stack);
    EXPECT_NE(intern({1, 2, 3}, format::kStackCut), stack);
    EXPECT_NE(intern({3, 2, 1}), stack);
    EXPECT_NE(intern({1, 2}), stack);
    EXPECT_EQ(parts().stacks.child(intern({2, 3}), 1), stack);
}

TEST_F(StackTableTest, AgreesWithAMapThroughGrowth) {
    std::mt19937_64 random(1337);
    std::map<std::pair<std::uint32_t, std::uint64_t>, std::uint32_t> model;
    std::vector<std::uint32_t> nodes{format::kStackWhole};
    for (int i = 0; i < 300'000; ++i) {
        const std::uint32_t parent = nodes[random() % nodes.size()];
        const std::uint64_t location = 0x400000 + random() % 64 * 4;
        const std::uint32_t node = parts().stacks.child(parent, location);
        ASSERT_NE(node, 0u);
        const auto [at, fresh] = model.emplace(std::pair{parent, location}, node);
        ASSERT_EQ(at->second, node);
        if (fresh) nodes.push_back(node);
    }
    EXPECT_GT(model.size(), 100'000u);  // past the first levels of the hash table
}

// Stacks found lately are looked up by hash and believed only for what their nodes say.
TEST_F(StackTableTest, HashesMayCollide) {
    std::mt19937_64 random(7);
    for (int i = 0; i < 20'000; ++i) {
        Stack stack(random() % 12);
        for (std::uint64_t& location : stack) location = 1 + random() % 6;
        const std::uint32_t root = intern(Stack(random() % 3, 9));
        const auto count = static_cast<std::uint32_t>(stack.size());
        const std::uint32_t hashed = parts().stacks.intern_hashed(stack.data(), count, root, random() % 2);
        ASSERT_EQ(hashed, intern(stack, root)) << i;
    }
}

// Interns the same stacks by `intern_one(number)` on several threads at once: each must get the same ids.
template <typename InternOne>
void expect_threads_agree(InternOne intern_one) {
    constexpr int kThreads = 4;
    constexpr std::uint64_t kStacks = 30'000;
    std::vector<std::vector<std::uint32_t>> found(kThreads);
    std::vector<std::thread> threads;
    for (auto& ids : found) {
        threads.emplace_back([&] {
            for (std::uint64_t i = 0; i < kStacks; ++i) ids.push_back(intern_one(i));
        });
    }
    for (std::thread& thread : threads) thread.join();
    for (const auto& ids : found) EXPECT_EQ(ids, found[0]);
}

TEST_F(StackTableTest, ThreadsAgree) {
    expect_threads_agree([&](std::uint64_t i) { return intern({i % 1000 + 1, i / 1000 + 1, 42}); });
}

TEST_F(StackTableTest, ThreadsAgreeOnHashedStacks) {
    expect_threads_agree([&](std::uint64_t i) {
        const Stack stack{i % 500 + 1, i / 500 + 1, 42};
        return parts().stacks.intern_hashed(stack.data(), 3, format::kStackWhole, i % 64);
    });
}

}  // namespace
}  // namespace dregs
