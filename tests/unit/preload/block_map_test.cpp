// The block map against a simple model: random histories, neighbours in one granule, many threads.
#include <atomic>
#include <map>
#include <random>
#include <thread>
#include <vector>

#include "trace_fixture.h"

namespace dregs {
namespace {

constexpr std::uintptr_t kHeap = 0x5555'0000'0000;

class BlockMapTest : public TraceTest {
  protected:
    BlockMap& blocks() { return parts().blocks; }
    BlockMap::Insert insert(std::uintptr_t address, std::uint64_t bytes, std::uint32_t stack = 7,
                            std::uint32_t scope = 3) {
        return blocks().insert(address, {bytes, stack, scope}, replaced_);
    }
    void expect_block(std::uintptr_t address, std::uint64_t bytes) {
        Block block{};
        ASSERT_TRUE(blocks().take(address, block)) << std::hex << address;
        EXPECT_EQ(block.bytes, bytes);
        EXPECT_EQ(block.stack, 7u);
        EXPECT_EQ(block.scope, 3u);
    }
    Block replaced_{};
};

class SharedGranuleTest : public BlockMapTest {
    bool exclusive_granules() const override { return false; }
};

TEST_F(BlockMapTest, SizesOfEveryKind) {
    const std::uint64_t sizes[] = {0, 1, 63, 64, 65, 4096, format::kMaxBlockBytes};
    std::uintptr_t address = kHeap + 16;
    for (const std::uint64_t bytes : sizes) {
        EXPECT_EQ(insert(address, bytes), BlockMap::Insert::kDone);
        expect_block(address, bytes);
        address += 0x30;
    }
}

TEST_F(BlockMapTest, SizeWordInTheNextLeaf) {
    const std::uintptr_t last = kHeap + format::kLeafSpan - 16;
    insert(last, 100'000);
    expect_block(last, 100'000);
}

TEST_F(BlockMapTest, FreedOnce) {
    insert(kHeap, 100);
    expect_block(kHeap, 100);
    Block block{};
    EXPECT_FALSE(blocks().take(kHeap, block));
    EXPECT_FALSE(blocks().take(kHeap + 32, block)) << "the stale size word is no block";
}

TEST_F(BlockMapTest, UnknownAddresses) {
    Block block{};
    EXPECT_FALSE(blocks().take(0x1000, block));
    EXPECT_FALSE(blocks().take(~std::uintptr_t{0}, block));
    EXPECT_EQ(insert(std::uintptr_t{1} << 47, 8), BlockMap::Insert::kNoRoom);
    insert(kHeap + 16, 8);
    EXPECT_FALSE(blocks().take(kHeap, block)) << "same granule, another address";
}

TEST_F(BlockMapTest, AFreeThatWasNotSeen) {
    insert(kHeap, 100, 11, 12);
    EXPECT_EQ(insert(kHeap, 24), BlockMap::Insert::kReplaced);
    EXPECT_EQ(replaced_.bytes, 100u);
    EXPECT_EQ(replaced_.stack, 11u);
    EXPECT_EQ(replaced_.scope, 12u);
    expect_block(kHeap, 24);
}

TEST_F(BlockMapTest, MovedToAnotherScope) {
    insert(kHeap, 100, 7, 99);
    Block former{};
    EXPECT_TRUE(blocks().move(kHeap, 3, former));
    EXPECT_EQ(former.scope, 99u);
    EXPECT_FALSE(blocks().move(kHeap + 64, 3, former));
    expect_block(kHeap, 100);
}

TEST_F(SharedGranuleTest, FourBlocksInOneGranule) {
    for (std::uintptr_t i = 0; i < 4; ++i) EXPECT_EQ(insert(kHeap + i * 8, 8 + i), BlockMap::Insert::kDone);
    Block former{};
    EXPECT_TRUE(blocks().move(kHeap + 24, 3, former));
    for (std::uintptr_t i = 4; i-- > 0;) expect_block(kHeap + i * 8, 8 + i);
}

TEST_F(SharedGranuleTest, OddAddressesGoAside) {
    insert(kHeap + 3, 5);
    insert(kHeap, 3);
    expect_block(kHeap + 3, 5);
    expect_block(kHeap, 3);
}

// Lays blocks out as an allocator would, with `alignment`, frees and re-uses them at random.
void random_history(BlockMap& blocks, std::uintptr_t base, std::uint64_t alignment, unsigned seed) {
    std::mt19937_64 random(seed);
    std::map<std::uintptr_t, Block> model;
    for (int i = 0; i < 40'000; ++i) {
        const std::uintptr_t address = base + random() % 100'000 / alignment * alignment;
        auto next = model.lower_bound(address);
        const bool taken = next != model.begin() && std::prev(next)->first + std::prev(next)->second.bytes > address;
        if (next != model.end() && next->first == address) {
            Block block{};
            ASSERT_TRUE(blocks.take(address, block));
            ASSERT_EQ(block.bytes, next->second.bytes);
            ASSERT_EQ(block.stack, next->second.stack);
            model.erase(next);
        } else if (!taken) {
            const std::uint64_t room = next == model.end() ? 5000 : next->first - address;
            const std::uint64_t bytes = 1 + random() % room;
            const Block block{bytes, static_cast<std::uint32_t>(random() % 1000), 3};
            Block replaced{};
            ASSERT_EQ(blocks.insert(address, block, replaced), BlockMap::Insert::kDone);
            model.emplace(address, block);
        }
    }
    for (const auto& [address, block] : model) {
        Block found{};
        ASSERT_TRUE(blocks.take(address, found));
        ASSERT_EQ(found.bytes, block.bytes);
    }
}

TEST_F(SharedGranuleTest, RandomHistoryOfAnyAlignment) { random_history(blocks(), kHeap, 1, 1); }
TEST_F(SharedGranuleTest, RandomHistoryOfEightByteAlignment) { random_history(blocks(), kHeap, 8, 2); }

TEST_F(SharedGranuleTest, ThreadsOnNeighbouringAddresses) {
    std::vector<std::thread> threads;
    for (std::uintptr_t i = 0; i < 4; ++i) {
        threads.emplace_back([this, i] {
            for (int round = 0; round < 20'000; ++round) {
                const std::uintptr_t address = kHeap + i * 8 + static_cast<std::uintptr_t>(round % 16) * 32;
                Block replaced{};
                ASSERT_EQ(blocks().insert(address, {8, 7, 3}, replaced), BlockMap::Insert::kDone);
                expect_block(address, 8);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
}

// One thread gives back and gets again what another moves to and fro between two scopes: whoever is late, each scope
// has counted in the end as many blocks out as in.
void move_while_it_is_taken(BlockMap& blocks, std::uintptr_t address) {
    std::atomic<bool> done{false};
    std::atomic<std::int64_t> inside[6] = {};
    std::thread mover([&] {
        for (std::uint32_t to = 4; !done; to ^= 1) {
            Block former{};
            ++inside[to];
            --inside[blocks.move(address, to, former) ? former.scope : to];
        }
    });
    for (int round = 0; round < 20'000; ++round) {
        Block block{};
        ++inside[3];
        blocks.insert(address, {100, 7, 3}, block);
        if (round % 64 == 0) std::this_thread::yield();
        ASSERT_TRUE(blocks.take_contended(address, block));
        EXPECT_EQ(block.bytes, 100u);
        --inside[block.scope];
    }
    done = true;
    mover.join();
    for (const auto& blocks_left : inside) EXPECT_EQ(blocks_left, 0);
}

TEST_F(BlockMapTest, MovedWhileItIsTaken) { move_while_it_is_taken(blocks(), kHeap); }

TEST_F(SharedGranuleTest, MovedWhileItIsTaken) { move_while_it_is_taken(blocks(), kHeap); }

TEST_F(SharedGranuleTest, MovedWhileItIsTakenFromTheSideTable) {
    insert(kHeap, 1);
    move_while_it_is_taken(blocks(), kHeap + 8);
}

}  // namespace
}  // namespace dregs
