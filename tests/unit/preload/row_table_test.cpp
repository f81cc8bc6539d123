// The table of unwind rows: growth, forgetting, and many threads at once.
#include "preload/unwind/row_table.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace dregs {
namespace {

RowTable::Hit hit_for(std::uint64_t pc, std::uint32_t module) {
    return {format::make_location(pc, module, pc % 2 == 0),
            Row(RowKind::kFromSp, static_cast<std::int64_t>(pc % 4096), -16)};
}
std::uint64_t key_for(std::uint64_t pc) { return RowTable::key_of(hit_for(pc, 0).location); }

bool has(RowTable& table, std::uint64_t pc, std::uint32_t module) {
    const RowTable::Hit found = table.find(key_for(pc));
    const RowTable::Hit expected = hit_for(pc, module);
    return found.row.bits() == expected.row.bits() && found.location == expected.location;
}

std::unique_ptr<RowTable> empty_table() { return std::make_unique<RowTable>(); }

TEST(RowTable, EmptyHasNothing) {
    const auto table = empty_table();
    EXPECT_EQ(table->find(key_for(4711)).row.kind(), RowKind::kNone);
    EXPECT_EQ(table->newest().entries, nullptr);
    table->forget(1);
}

TEST(RowTable, KeepsExactAndReturnAddressesApart) {
    const auto table = empty_table();
    table->insert({format::make_location(0x1000, 3, false), Row(RowKind::kFromSp, 8, 0)});
    EXPECT_EQ(table->find(format::make_location(0x1000, 0, true)).row.kind(), RowKind::kNone);
    table->insert({format::make_location(0x1000, 3, true), Row(RowKind::kFromSp, 16, 0)});
    EXPECT_EQ(table->find(format::make_location(0x1000, 0, true)).row.cfa(), 16);
    EXPECT_EQ(table->find(format::make_location(0x1000, 0, false)).row.cfa(), 8);
}

TEST(RowTable, GrowsAndFindsTheOldest) {
    const auto table = empty_table();
    constexpr std::uint64_t kRows = 300'000;
    for (std::uint64_t pc = 1; pc <= kRows; ++pc) table->insert(hit_for(0x7f0000000000 + pc * 5, 2));
    for (std::uint64_t pc = 1; pc <= kRows; ++pc) ASSERT_TRUE(has(*table, 0x7f0000000000 + pc * 5, 2)) << pc;
    const RowTable::Level newest = table->newest();  // and they have moved up there
    EXPECT_NE(RowTable::find_in(newest, key_for(0x7f0000000000 + 5)).row.kind(), RowKind::kNone);
}

TEST(RowTable, ForgetsOneModuleOnlyAndUsesItsRoomAgain) {
    const auto table = empty_table();
    for (std::uint64_t pc = 0x1000; pc < 0x2000; ++pc) table->insert(hit_for(pc, pc % 3 == 0 ? 7 : 8));
    table->forget(7);
    for (std::uint64_t pc = 0x1000; pc < 0x2000; ++pc) {
        const bool forgotten = pc % 3 == 0;
        ASSERT_EQ(has(*table, pc, 8), !forgotten);
        ASSERT_EQ(table->find(key_for(pc)).row.kind() == RowKind::kNone, forgotten);
    }
    for (int round = 0; round < 200; ++round) {  // a plugin that comes and goes
        for (std::uint64_t pc = 0x5000; pc < 0x5400; ++pc) table->insert(hit_for(pc, 9));
        table->forget(9);
    }
    RowTable::Entry* const entries = table->newest().entries;
    for (std::uint64_t pc = 0x5000; pc < 0x5400; ++pc) table->insert(hit_for(pc, 9));
    EXPECT_EQ(table->newest().entries, entries) << "forgotten rows take no room";
}

TEST(RowTable, ThreadsSeeWholeRowsOrNone) {
    const auto table = empty_table();
    constexpr std::uint64_t kRows = 20'000;
    std::vector<std::thread> threads;
    std::atomic<std::uint64_t> wrong{0};
    for (unsigned t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (std::uint64_t i = 0; i < kRows; ++i) {
                const std::uint64_t pc = 0x10000 + (i * (t % 2 == 0 ? 1 : 7919)) % kRows;
                const RowTable::Hit found = table->find(key_for(pc));
                const RowTable::Hit expected = hit_for(pc, 5);
                if (found.row.kind() == RowKind::kNone)
                    table->insert(expected);
                else if (found.row.bits() != expected.row.bits() || found.location != expected.location)
                    ++wrong;
            }
        });
    }
    threads.emplace_back([&] {
        for (int i = 0; i < 50; ++i) table->forget(6);  // another module's rows
    });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0u);
    for (std::uint64_t pc = 0x10000; pc < 0x10000 + kRows; ++pc) ASSERT_TRUE(has(*table, pc, 5));
}

TEST(RowTable, RowsHoldTheirFields) {
    for (const std::int64_t cfa : {0L, 8L, -8L, 4096L, (1L << 27) - 1, -(1L << 27)}) {
        for (const std::int64_t bp : {Row::kBpKept, -16L, 16L, -65536L}) {
            const Row row(RowKind::kFromBpWord, cfa, bp);
            EXPECT_EQ(row.kind(), RowKind::kFromBpWord);
            EXPECT_EQ(row.cfa(), cfa);
            EXPECT_EQ(row.bp(), bp);
            EXPECT_EQ(row.saves_bp(), bp != Row::kBpKept);
            EXPECT_TRUE(Row::offset_fits(cfa));
        }
    }
    EXPECT_FALSE(Row::offset_fits(1L << 27));
    EXPECT_FALSE(Row::offset_fits(-(1L << 27) - 1));
}

}  // namespace
}  // namespace dregs
