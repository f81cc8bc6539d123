// Life of scope records: recycled exactly when they ended and nothing is left, once, by whoever comes last.
#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "trace_fixture.h"

namespace dregs {
namespace {

using format::ScopeState;

class ScopeTableTest : public TraceTest {
  protected:
    std::uint32_t begin(std::uint32_t flags = 0, std::uint32_t parent = 0, const char* label = nullptr) {
        return parts().scopes.begin(&stock_, {1, flags, 42, 0, parent, 0, 0, 0, label}).index;
    }
    bool end(std::uint32_t scope) {
        bool clean = false;
        EXPECT_TRUE(parts().scopes.end(&stock_, scope, 1, 0, clean));
        return clean;
    }
    ScopeState state(std::uint32_t scope) { return format::scope_state(parts().scopes.at(scope).status); }
    std::uint32_t generation(std::uint32_t scope) { return format::scope_generation(parts().scopes.at(scope).status); }
    ScopeStock stock_{};
};

TEST_F(ScopeTableTest, CleanRecordIsUsedAgainUnderANewGeneration) {
    const std::uint32_t first = begin();
    const std::uint32_t generation_before = generation(first);
    EXPECT_TRUE(end(first));
    EXPECT_EQ(state(first), ScopeState::kFree);
    EXPECT_EQ(begin(), first);
    EXPECT_EQ(generation(first), generation_before + 1);
}

TEST_F(ScopeTableTest, SurvivorsKeepARecordUntilTheyAreFreed) {
    const std::uint32_t scope = begin();
    parts().scopes.at(scope).live += 2;
    EXPECT_FALSE(end(scope));
    parts().scopes.count_release(&stock_, scope);
    EXPECT_EQ(state(scope), ScopeState::kClosed);
    parts().scopes.count_release(nullptr, scope);
    EXPECT_EQ(state(scope), ScopeState::kFree);
}

TEST_F(ScopeTableTest, EndsOnce) {
    const std::uint32_t scope = begin();
    parts().scopes.at(scope).live += 1;
    EXPECT_FALSE(end(scope));
    bool clean = false;
    EXPECT_FALSE(parts().scopes.end(&stock_, scope, 1, 0, clean));
}

TEST_F(ScopeTableTest, ALateEndByHandleLeavesTheNextInstanceOpen) {
    const std::uint32_t scope = begin(format::kScopeUnbound);
    const std::uint64_t former = make_handle(scope, generation(scope));
    end(scope);
    ASSERT_EQ(begin(format::kScopeUnbound), scope);
    bool clean = false;
    std::uint32_t kind = 0;
    EXPECT_FALSE(parts().scopes.end_named(&stock_, former, format::kScopeUnbound, 1, kind, clean));
    const std::uint64_t present = make_handle(scope, generation(scope));
    EXPECT_FALSE(parts().scopes.end_named(&stock_, present, format::kScopePool, 1, kind, clean));
    EXPECT_EQ(state(scope), ScopeState::kOpen);
    EXPECT_TRUE(parts().scopes.end_named(&stock_, present, format::kScopeUnbound, 1, kind, clean));
    EXPECT_EQ(kind, 1u);
}

TEST_F(ScopeTableTest, AnArrivalThatIsTakenBackLeavesTheNextInstanceItsSurvivors) {
    const std::uint32_t scope = begin();
    end(scope);
    parts().scopes.count_arrival(scope);
    ASSERT_EQ(begin(), scope);
    parts().scopes.at(scope).live += 1;
    parts().scopes.count_release(&stock_, scope);
    EXPECT_FALSE(end(scope));
    EXPECT_EQ(state(scope), ScopeState::kClosed);
    parts().scopes.count_release(&stock_, scope);
    EXPECT_EQ(state(scope), ScopeState::kFree);
}

TEST_F(ScopeTableTest, AShareHoldsItsInstance) {
    const std::uint32_t instance = begin();
    const std::uint32_t share = begin(format::kScopeShare, instance);
    parts().scopes.count_arrival(instance);
    parts().scopes.at(share).live += 1;
    EXPECT_FALSE(end(share));
    EXPECT_FALSE(end(instance));
    parts().scopes.count_release(&stock_, share);
    EXPECT_EQ(state(share), ScopeState::kFree);
    EXPECT_EQ(state(instance), ScopeState::kFree);
}

TEST_F(ScopeTableTest, LabelsAreCutAndMarked) {
    const std::uint32_t scope = begin(0, 0, "GET /index.html");
    EXPECT_STREQ(parts().scopes.at(scope).label, "GET /index.html");
    EXPECT_FALSE(format::scope_flags(parts().scopes.at(scope).status) & format::kScopeLabelCut);
    const std::uint32_t cut = begin(0, 0, std::string(200, 'x').c_str());
    EXPECT_EQ(std::string(parts().scopes.at(cut).label).size(), format::kLabelBytes - 1);
    EXPECT_TRUE(format::scope_flags(parts().scopes.at(cut).status) & format::kScopeLabelCut);
}

TEST_F(ScopeTableTest, TenMillionCleanScopesUseOneRecord) {
    const std::uint32_t scope = begin();
    end(scope);
    for (int i = 0; i < 10'000'000; ++i) {
        const std::uint32_t again = begin();
        ASSERT_EQ(again, scope);
        ASSERT_TRUE(end(again));
    }
}

TEST_F(ScopeTableTest, MoreThanAStockGoesToAllThreads) {
    std::vector<std::uint32_t> scopes;
    for (int i = 0; i < 1000; ++i) scopes.push_back(begin());
    for (const std::uint32_t scope : scopes) EXPECT_TRUE(end(scope));
    const std::set<std::uint32_t> known(scopes.begin(), scopes.end());
    ScopeStock other{};
    std::swap(stock_, other);
    std::set<std::uint32_t> again;
    for (int i = 0; i < 800; ++i) again.insert(begin());
    EXPECT_EQ(again.size(), 800u);
    for (const std::uint32_t scope : again) EXPECT_TRUE(known.count(scope)) << scope;
}

// One thread ends an instance while another frees its last block: exactly one of them recycles it.
TEST_F(ScopeTableTest, EndAndLastFreeRace) {
    constexpr int kRounds = 20'000;
    std::atomic<std::uint32_t> turn{0};
    std::atomic<int> done{0};
    std::thread freer([&] {
        ScopeStock stock{};
        for (int round = 0; round < kRounds; ++round) {
            std::uint32_t scope = 0;
            while ((scope = turn.exchange(0)) == 0) {
            }
            parts().scopes.count_release(&stock, scope);
            done.store(round + 1);
        }
    });
    for (int round = 0; round < kRounds; ++round) {
        const std::uint32_t scope = begin();
        const std::uint32_t before = generation(scope);
        parts().scopes.at(scope).live += 1;
        turn.store(scope);
        end(scope);
        while (done.load() != round + 1) {
        }
        ASSERT_EQ(state(scope), ScopeState::kFree);
        ASSERT_EQ(generation(scope), before + 1);
    }
    freer.join();
}

// Threads close one handle at the same moment: one does, and only its time is kept, whatever begins in the record.
TEST_F(ScopeTableTest, CloseAndCloseRace) {
    constexpr std::uint32_t kRounds = 20'000;
    std::atomic<std::uint64_t> turn{0};
    std::atomic<std::uint32_t> closed{0}, done{0};
    std::thread other([&] {
        ScopeStock stock{};
        bool clean = false;
        std::uint32_t kind = 0;
        for (std::uint32_t round = 1; round <= kRounds; ++round) {
            std::uint64_t handle = 0;
            while ((handle = turn.exchange(0)) == 0) {
            }
            if (parts().scopes.end_named(&stock, handle, format::kScopeUnbound, 2 * round, kind, clean)) ++closed;
            done.store(round);
        }
    });
    for (std::uint32_t round = 1; round <= kRounds; ++round) {
        const std::uint32_t scope = begin(format::kScopeUnbound);
        const std::uint64_t handle = make_handle(scope, generation(scope));
        bool clean = false;
        std::uint32_t kind = 0;
        turn.store(handle);
        if (parts().scopes.end_named(&stock_, handle, format::kScopeUnbound, 2 * round, kind, clean)) ++closed;
        const std::uint32_t next = begin(format::kScopeUnbound);
        while (done.load() != round) {
        }
        ASSERT_EQ(closed.load(), round);
        ASSERT_EQ(state(next), ScopeState::kOpen);
        ASSERT_EQ(parts().scopes.at(next).end_cs, 0u);
        ASSERT_TRUE(end(next));
    }
    other.join();
}

TEST_F(ScopeTableTest, NothingIsRecycledUnseenWhereVisitorsAreExpected) {
    const std::uint32_t scope = begin();
    parts().scopes.expect_visitors();
    EXPECT_FALSE(parts().scopes.end_own_empty(stock_, {scope, &parts().scopes.at(scope)}));
    EXPECT_TRUE(end(scope));
}

TEST_F(ScopeTableTest, ThreadsNeverShareARecord) {
    constexpr int kThreads = 4;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([this, i] {
            ScopeStock stock{};
            for (int round = 0; round < 5'000; ++round) {
                std::uint32_t mine[8];
                for (std::uint32_t& scope : mine) {
                    scope = parts()
                                .scopes.begin(&stock, {1, 0, static_cast<std::uint32_t>(i), 0, 0, 0, 0, 0, nullptr})
                                .index;
                    parts().scopes.at(scope).stack = static_cast<std::uint32_t>(i);
                }
                bool clean = false;
                for (const std::uint32_t scope : mine) {
                    ASSERT_EQ(parts().scopes.at(scope).stack, static_cast<std::uint32_t>(i));
                    // By turns through the common list and the thread's own.
                    ASSERT_TRUE(parts().scopes.end(round % 2 ? &stock : nullptr, scope, 0, 0, clean));
                }
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace dregs
