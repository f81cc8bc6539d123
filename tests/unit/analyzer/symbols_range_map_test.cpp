// The rule that says which of several ranges an address belongs to, against the plainest implementation of it.
#include "analyzer/symbols/range_map.h"

#include <gtest/gtest.h>

#include <random>

namespace dregs {
namespace {

using Map = RangeMap<int>;

SymbolBudget all;
ModuleBudget budget(all);

int value_at(const Map& map, std::uint64_t address) {
    const auto* range = map.find(address);
    return range ? range->value : -1;
}

TEST(RangeMapTest, InsideIsInsideAndTheEndIsNot) {
    Map map;
    map.add(10, 20, 1);
    map.add(20, 30, 2);
    map.add(5, 5, 3);
    map.add(9, 7, 4);
    map.seal(budget);
    EXPECT_EQ(value_at(map, 9), -1);
    EXPECT_EQ(value_at(map, 10), 1);
    EXPECT_EQ(value_at(map, 19), 1);
    EXPECT_EQ(value_at(map, 20), 2);
    EXPECT_EQ(value_at(map, 30), -1);
    EXPECT_EQ(value_at(map, UINT64_MAX), -1);
    EXPECT_EQ(map.size(), 2u);
}

TEST(RangeMapTest, AnEmptyMapHasNothing) {
    Map map;
    map.seal(budget);
    EXPECT_EQ(map.find(0), nullptr);
}

TEST(RangeMapTest, TheOuterRangeGoesOnAfterTheInner) {
    Map map;
    map.add(0, 100, 1);
    map.add(40, 50, 2);
    map.add(40, 45, 3);
    map.seal(budget);
    EXPECT_EQ(value_at(map, 39), 1);
    EXPECT_EQ(value_at(map, 44), 3);
    EXPECT_EQ(value_at(map, 45), 2);
    EXPECT_EQ(value_at(map, 50), 1);
    EXPECT_EQ(map.find(50)->begin, 0u);
}

TEST(RangeMapTest, OfEqualRangesTheFirstOneWins) {
    Map map;
    for (int i = 1; i <= 9; ++i) map.add(10, 20, i);
    map.seal(budget);
    EXPECT_EQ(value_at(map, 15), 1);
}

TEST(RangeMapTest, DepthComesBeforeEverything) {
    Map map;
    map.add(0, 100, 1, 1);
    map.add(40, 50, 2, 0);
    map.seal(budget);
    EXPECT_EQ(value_at(map, 45), 1);
}

TEST(RangeMapTest, AgreesWithTryingEveryRange) {
    std::mt19937 random(1337);
    for (int round = 0; round < 200; ++round) {
        Map map;
        const int count = 1 + static_cast<int>(random() % 30);
        for (int i = 0; i < count; ++i) {
            const std::uint64_t begin = random() % 60;
            map.add(begin, begin + random() % 20, i, static_cast<std::uint32_t>(random() % 3));
        }
        map.seal(budget);
        for (std::uint64_t address = 0; address < 90; ++address) {
            const Map::Range* best = nullptr;
            auto key = [](const Map::Range& r) { return std::make_tuple(r.depth, r.begin, ~r.end, -r.value); };
            for (const auto& range : map.ranges())
                if (range.begin <= address && address < range.end && (!best || key(*best) < key(range))) best = &range;
            ASSERT_EQ(value_at(map, address), best ? best->value : -1) << round << " " << address;
        }
    }
}

}  // namespace
}  // namespace dregs
