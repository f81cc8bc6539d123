// What an adapter knows of objects, by address: found until erased, at the same place, from any thread.
#include "adapters/pointer_map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace dregs::adapters {
namespace {

struct Record {
    unsigned number;
};
using Map = PointerMap<Record>;

// An object that no test touches.
const void* object(std::uintptr_t number) { return reinterpret_cast<const void*>(0x5500'0000'0000 + number * 16); }

TEST(PointerMap, FindsWhatWasPutInUntilItIsErased) {
    static Map map;
    EXPECT_EQ(map.find(object(1)), nullptr);
    map.erase(object(1));  // as if nothing
    Record* record = map.insert(object(1));
    ASSERT_NE(record, nullptr);
    record->number = 4711;
    EXPECT_EQ(map.find(object(1)), record);
    EXPECT_EQ(map.find(object(2)), nullptr);
    map.erase(object(1));
    EXPECT_EQ(map.find(object(1)), nullptr);
}

TEST(PointerMap, WhatIsNewAgainBeginsAfresh) {
    static Map map;
    Record* record = map.insert(object(1));
    record->number = 4711;
    EXPECT_EQ(map.insert(object(1)), record) << "known, but new again: its end was not seen";
    EXPECT_EQ(record->number, 0u);
    record->number = 4711;
    map.erase(object(1));
    EXPECT_EQ(map.insert(object(1)), record) << "its place is used again";
    EXPECT_EQ(record->number, 0u);
}

TEST(PointerMap, GrowsWithoutMovingAnything) {
    static Map map;
    constexpr unsigned kObjects = 100'000;
    std::vector<Record*> records;
    for (unsigned i = 0; i < kObjects; ++i) {
        records.push_back(map.insert(object(i)));
        ASSERT_NE(records.back(), nullptr);
        records.back()->number = i;
    }
    for (unsigned i = 0; i < kObjects; i += 2) map.erase(object(i));
    for (unsigned i = 0; i < kObjects; ++i) {
        ASSERT_EQ(map.find(object(i)), i % 2 != 0 ? records[i] : nullptr) << i;
        ASSERT_EQ(records[i]->number, i) << "what was erased keeps its place till it is used again";
    }
}

TEST(PointerMap, PlacesOfTheErasedAreEnoughForWhatComesAndGoes) {
    static Map map;
    std::vector<Record*> places;
    for (unsigned i = 0; i < 10'000; ++i) {
        Record* record = map.insert(object(i));
        ASSERT_NE(record, nullptr);
        if (std::find(places.begin(), places.end(), record) == places.end()) places.push_back(record);
        map.erase(object(i));
    }
    EXPECT_LE(places.size(), 256u) << "all in the first level";
}

// Each thread has objects of its own, as threads have pools; all share the map, which grows under them.
TEST(PointerMap, ThreadsDoNotDisturbEachOther) {
    static Map map;
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 4; ++t) {
        threads.emplace_back([t] {
            for (unsigned round = 0; round < 20; ++round) {
                for (unsigned i = 0; i < 1000; ++i) {
                    Record* record = map.insert(object(t * 100'000 + i));
                    ASSERT_NE(record, nullptr);
                    record->number = t << 16 | i;
                }
                for (unsigned i = 0; i < 1000; ++i) {
                    Record* record = map.find(object(t * 100'000 + i));
                    ASSERT_NE(record, nullptr);
                    ASSERT_EQ(record->number, t << 16 | i);
                    map.erase(object(t * 100'000 + i));
                }
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    for (unsigned t = 0; t < 4; ++t) EXPECT_EQ(map.find(object(t * 100'000)), nullptr);
}

TEST(PointerMap, KeepsErrno) {
    static Map map;
    errno = 4711;
    map.insert(object(1));
    EXPECT_EQ(errno, 4711);
}

}  // namespace
}  // namespace dregs::adapters
