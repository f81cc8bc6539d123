// One record for each key and book, whatever the number of keys; none is lost between threads, nor by a full trace.
#include "preload/file/release_table.h"

#include <sys/resource.h>

#include <csignal>
#include <map>
#include <random>
#include <thread>
#include <vector>

#include "trace_fixture.h"

namespace dregs {
namespace {

using format::ReleaseKind;

class ReleaseTableTest : public TraceTest {
  protected:
    void SetUp() override {
        TraceTest::SetUp();
        table_->attach(parts().file, parts().lock);
    }

    bool count(ReleaseBook& book, std::uint64_t key) {
        format::Release* record = table_->find_or_add(book, key);
        if (record) add_local(record->blocks, 1);
        return record != nullptr;
    }

    // What the file says, as a reader adds it up.
    std::map<std::uint64_t, std::uint64_t> totals() {
        const format::Table& table = parts().file.header().tables[format::kReleases];
        std::map<std::uint64_t, std::uint64_t> sums;
        std::uint64_t first = 0;
        for (unsigned segment = 0; table.segment_offset[segment] != 0; ++segment) {
            const std::uint64_t records = std::uint64_t{table.first_records} << segment;
            parts().file.each_chunk([&](const char* address, std::uint64_t offset, std::uint64_t bytes) {
                if (table.segment_offset[segment] < offset || table.segment_offset[segment] >= offset + bytes) return;
                const auto* release =
                    reinterpret_cast<const format::Release*>(address + (table.segment_offset[segment] - offset));
                for (std::uint64_t i = 0; i < records && first + i < table.count; ++i) {
                    if (release[i].key != 0) sums[release[i].key] += release[i].blocks;
                }
            });
            first += records;
        }
        return sums;
    }

    ReleaseTable& table() { return *table_; }

  private:
    Zeroed<ReleaseTable> table_ = zeroed<ReleaseTable>();
};

std::uint64_t key_of(std::uint32_t from, std::uint32_t to) {
    return format::make_release_key(from, to, ReleaseKind::kFreed);
}

TEST(ReleaseKey, KeepsTheLargestStacks) {
    const std::uint64_t key = format::make_release_key(format::kMaxStacks, format::kMaxStacks - 1, ReleaseKind::kMoved);
    EXPECT_EQ(format::release_from(key), format::kMaxStacks);
    EXPECT_EQ(format::release_to(key), format::kMaxStacks - 1);
    EXPECT_EQ(format::release_kind(key), ReleaseKind::kMoved);
}

TEST_F(ReleaseTableTest, OneRecordForEachKey) {
    auto book = zeroed<ReleaseBook>();
    format::Release* first = table().find_or_add(*book, key_of(5, 6));
    ASSERT_NE(first, nullptr);
    EXPECT_EQ(first->key, key_of(5, 6));
    EXPECT_EQ(table().find_or_add(*book, key_of(5, 6)), first);
    EXPECT_NE(table().find_or_add(*book, key_of(6, 5)), first);
    EXPECT_EQ(book->find(key_of(7, 7)), nullptr);
}

TEST_F(ReleaseTableTest, AnotherBookHasARecordOfItsOwnInAnotherCacheLine) {
    auto one = zeroed<ReleaseBook>();
    auto two = zeroed<ReleaseBook>();
    const auto a = reinterpret_cast<std::uintptr_t>(table().find_or_add(*one, key_of(5, 6)));
    const auto b = reinterpret_cast<std::uintptr_t>(table().find_or_add(*two, key_of(5, 6)));
    EXPECT_NE(a / 64, b / 64);
}

TEST_F(ReleaseTableTest, ManyKeysAreFoundAgain) {
    auto book = zeroed<ReleaseBook>();
    constexpr std::uint32_t kSide = 300;
    for (int round = 0; round < 3; ++round) {
        for (std::uint32_t i = 0; i < kSide * kSide; ++i)
            ASSERT_TRUE(count(*book, key_of(i / kSide + 1, i % kSide + 1)));
    }
    const auto sums = totals();
    EXPECT_EQ(sums.size(), kSide * kSide);
    for (const auto& [key, blocks] : sums) ASSERT_EQ(blocks, 3u) << format::release_from(key);
}

TEST_F(ReleaseTableTest, NothingIsLostBetweenThreads) {
    constexpr unsigned kThreads = 4;
    constexpr unsigned kCounts = 50'000;
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < kThreads; ++t) {
        threads.emplace_back([this, t] {
            auto book = zeroed<ReleaseBook>();
            std::minstd_rand random(t + 1);
            for (unsigned i = 0; i < kCounts; ++i)
                ASSERT_TRUE(count(*book, key_of(1 + static_cast<std::uint32_t>(random() % 60),
                                                1 + static_cast<std::uint32_t>(random() % 60))));
        });
    }
    for (std::thread& thread : threads) thread.join();
    std::uint64_t all = 0;
    for (const auto& [key, blocks] : totals()) all += blocks;
    EXPECT_EQ(all, std::uint64_t{kThreads} * kCounts);
}

// The trace may not grow: known keys still count, new ones are refused.
TEST_F(ReleaseTableTest, AFullTraceRefusesNewKeysOnly) {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit former{};
    getrlimit(RLIMIT_FSIZE, &former);
    const rlimit none{0, former.rlim_max};
    setrlimit(RLIMIT_FSIZE, &none);
    auto book = zeroed<ReleaseBook>();
    std::uint32_t known = 0;
    while (known < 1'000'000 && count(*book, key_of(known + 1, 1))) ++known;
    EXPECT_LT(known, 1'000'000u);
    EXPECT_GT(known, 0u);
    EXPECT_TRUE(count(*book, key_of(1, 1)));
    EXPECT_FALSE(count(*book, key_of(known + 1, 1)));
    setrlimit(RLIMIT_FSIZE, &former);
    EXPECT_EQ(totals().size(), known);
}

}  // namespace
}  // namespace dregs
