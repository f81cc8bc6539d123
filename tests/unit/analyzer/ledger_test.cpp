// Which sites are above suspicion, and that allocations are what was released and what is live.
#include "analyzer/analysis/ledger.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analyzer/output/ledger_report.h"
#include "analyzer/trace/error.h"
#include "trace_fixture.h"

namespace dregs {
namespace {

using format::ReleaseKind;

constexpr std::uint32_t kMinute = 60 * 100;

// A trace with a ledger, whose counters agree with what it is told.
class Book {
  public:
    Book() {
        writer_.header().ledger = 1;
        add_slice(0);  // record 1 is that of link maps
    }

    std::uint32_t site(const char* name) { return writer_.add_named_stack({name, "main"}); }
    // So many blocks of `stack`, made at `begin_cs`, are live.
    void live(std::uint32_t stack, int blocks, std::uint32_t begin_cs = 0, std::uint32_t scope = 0) {
        if (scope == 0) scope = add_slice(begin_cs);
        for (int i = 0; i < blocks; ++i, address_ += 64) writer_.add_block(address_, 24, stack, scope);
    }
    void released(std::uint32_t from, std::uint32_t to, std::uint64_t blocks, std::uint32_t longest_cs = 0,
                  std::uint32_t last_cs = 0, ReleaseKind kind = ReleaseKind::kFreed) {
        writer_.add_release({format::make_release_key(from, to, kind), blocks, blocks * 24, last_cs, longest_cs});
        writer_.thread().alloc_calls += blocks;
        writer_.thread().free_calls += blocks;
    }
    // What counts in no counter of calls.
    void noted(std::uint32_t from, std::uint32_t to, std::uint64_t count, ReleaseKind kind) {
        writer_.add_release({format::make_release_key(from, to, kind), count, count * 24, 0, 0});
    }
    std::uint32_t add_slice(std::uint32_t begin_cs) {
        format::Scope slice = make_scope(0, format::ScopeState::kOpen);
        slice.begin_cs = begin_cs;
        return writer_.add_scope(slice);
    }
    TraceWriter& writer() { return writer_; }

    Ledger read(Liveness liveness = Liveness::kExited, const LedgerOptions& options = {}) {
        profile_ = std::make_unique<TestProfile>(writer_, liveness);
        return make_ledger(**profile_, options);
    }
    // A program that was killed after ten minutes.
    Ledger read_killed() {
        writer_.header().last_seen_cs = 10 * kMinute;
        return read(Liveness::kEnded);
    }
    Profile& profile() { return **profile_; }
    TestProfile& test_profile() { return *profile_; }

  private:
    TraceWriter writer_;
    std::uint64_t address_ = kHeap;
    std::unique_ptr<TestProfile> profile_;
};

Verdict only_verdict(const Ledger& ledger) {
    EXPECT_EQ(ledger.rows.size(), 1u);
    return ledger.rows.at(0).verdict;
}

TEST(LedgerTest, ATraceWithoutALedgerIsAnError) {
    TraceWriter writer = sample_trace();
    TestProfile profile(writer);
    EXPECT_THROW(make_ledger(*profile, {}), Error);
}

TEST(LedgerTest, AllocationsAreWhatWasReleasedAndWhatIsLive) {
    Book book;
    const std::uint32_t site = book.site("make");
    book.live(site, 100);
    book.released(site, book.site("close"), 900);
    const Ledger ledger = book.read();
    ASSERT_EQ(ledger.rows.size(), 1u);
    EXPECT_EQ(ledger.rows[0].allocated().blocks(), 1000u);
    EXPECT_EQ(ledger.rows[0].released.blocks(), 900u);
    EXPECT_EQ(ledger.rows[0].verdict, Verdict::kSuspect);
    EXPECT_EQ(ledger.release_sites, 1u);
    EXPECT_EQ(ledger.clean_sites(), 0u);
}

TEST(LedgerTest, RecordsOfSeveralThreadsAreOne) {
    Book book;
    const std::uint32_t from = book.site("make");
    const std::uint32_t to = book.site("close");
    for (int thread = 0; thread < 3; ++thread) book.released(from, to, 10);
    const Ledger ledger = book.read();
    ASSERT_EQ(ledger.rows.at(0).released_at.size(), 1u);
    EXPECT_EQ(ledger.rows[0].released_at[0].blocks.blocks(), 30u);
    EXPECT_EQ(only_verdict(ledger), Verdict::kReleased);
}

TEST(LedgerTest, SitesWhoseBlocksAreReleasedInOnePlaceShareIt) {
    Book book;
    const std::uint32_t destroy = book.site("destroy");
    book.released(book.site("prefill"), destroy, 32);
    book.released(book.site("get_from_reserve"), destroy, 1470);
    book.released(book.site("table"), book.site("destroy_table"), 1);
    const Ledger ledger = book.read();
    EXPECT_EQ(ledger.passes[static_cast<int>(Verdict::kShared)].sites, 2u);
    EXPECT_EQ(ledger.passes[static_cast<int>(Verdict::kReleased)].sites, 1u);
    EXPECT_EQ(ledger.clean_sites(), 3u);
}

TEST(LedgerTest, WhatReallocMovesIsNoEvidenceThatASiteReleases) {
    Book book;
    const std::uint32_t site = book.site("grow");
    book.live(site, 1);
    book.released(site, site, 20, 0, 0, ReleaseKind::kMoved);
    const Ledger ledger = book.read();
    EXPECT_EQ(only_verdict(ledger), Verdict::kNeverReleased);
    EXPECT_EQ(ledger.moved.blocks(), 20u);
    EXPECT_EQ(ledger.rows[0].allocated().blocks(), 21u);
}

TEST(LedgerTest, BlocksNoOlderThanTheirSiblingsGetAreInFlight) {
    Book book;
    const std::uint32_t site = book.site("connection");
    book.released(site, book.site("close"), 10'000, kMinute, 10 * kMinute);
    book.live(site, 30, 10 * kMinute - kMinute / 2);
    EXPECT_EQ(only_verdict(book.read_killed()), Verdict::kInFlight);
}

TEST(LedgerTest, OneThatIsOlderIsNot) {
    Book book;
    const std::uint32_t site = book.site("connection");
    book.released(site, book.site("close"), 10'000, kMinute, 10 * kMinute);
    book.live(site, 30, 10 * kMinute - kMinute / 2);
    book.live(site, 3, 7 * kMinute);
    const Ledger ledger = book.read_killed();
    EXPECT_EQ(only_verdict(ledger), Verdict::kSuspect);
    EXPECT_EQ(ledger.rows[0].overdue.blocks(), 3u);
}

TEST(LedgerTest, AFewLongLivedSiblingsThatWereReleasedElsewhereExcuseNothing) {
    Book book;
    const std::uint32_t site = book.site("connection");
    book.released(site, book.site("close"), 10'000, kMinute, 10 * kMinute);
    book.released(site, book.site("reload"), 5, 9 * kMinute, 10 * kMinute);
    book.live(site, 3, 7 * kMinute);
    const Ledger ledger = book.read_killed();
    EXPECT_EQ(ledger.rows.at(0).usual_cs, kMinute);
    EXPECT_EQ(only_verdict(ledger), Verdict::kSuspect);
}

TEST(LedgerTest, AProgramThatEndedByItselfHadItsChance) {
    Book book;
    book.writer().header().last_seen_cs = 10 * kMinute;
    const std::uint32_t site = book.site("connection");
    book.released(site, book.site("close"), 10'000, kMinute, 10 * kMinute);
    book.live(site, 30, 10 * kMinute);
    EXPECT_EQ(only_verdict(book.read(Liveness::kExited)), Verdict::kSuspect);
}

TEST(LedgerTest, WhatWasMadeEarlyAndNoneSinceIsKept) {
    Book book;
    const std::uint32_t cache = book.site("cache");
    book.released(cache, book.site("evict"), 10'000, kMinute / 60, 10 * kMinute);
    book.live(cache, 16, kMinute / 60);
    const std::uint32_t table = book.site("table");
    book.live(table, 200, kMinute / 60);
    const Ledger ledger = book.read_killed();
    EXPECT_EQ(ledger.passes[static_cast<int>(Verdict::kKept)].sites, 2u);
    EXPECT_EQ(ledger.passes[static_cast<int>(Verdict::kKept)].live.blocks(), 216u);
}

TEST(LedgerTest, ASiteThatIsNotUsedAnyMoreLevelsOffUnlessTheProgramHasEnded) {
    for (const Liveness liveness : {Liveness::kRunning, Liveness::kEnded, Liveness::kExited}) {
        Book book;
        const std::uint32_t site = book.site("load_configuration");
        book.released(site, book.site("drop"), 100, 0, kMinute / 60);
        book.live(site, 16, kMinute / 60);
        book.writer().header().last_seen_cs = 10 * kMinute;
        const bool ended = liveness == Liveness::kExited;
        if (liveness == Liveness::kRunning) book.writer().header().start_monotonic_ns = 1;  // long ago
        EXPECT_EQ(only_verdict(book.read(liveness)), ended ? Verdict::kSuspect : Verdict::kKept);
    }
}

TEST(LedgerTest, WhatGrowsAndIsNeverReleasedIsLeft) {
    Book book;
    const std::uint32_t site = book.site("remember");
    for (std::uint32_t minute = 0; minute < 10; ++minute) book.live(site, 5, minute * kMinute);
    EXPECT_EQ(only_verdict(book.read_killed()), Verdict::kNeverReleased);
}

TEST(LedgerTest, WhatOutlivedItsScopeIsOverdueHoweverYoung) {
    Book book;
    const std::uint32_t site = book.site("make");
    const std::uint32_t kind = book.writer().add_kind("request");
    format::Scope request = make_scope(kind, format::ScopeState::kClosed);
    request.begin_cs = 10 * kMinute - 1;
    book.released(site, book.site("close"), 1000, kMinute, 10 * kMinute);
    book.live(site, 1, 0, book.writer().add_scope(request));
    EXPECT_EQ(only_verdict(book.read_killed()), Verdict::kSuspect);
}

TEST(LedgerTest, BlocksThatWentWithTheirPoolAreTheRest) {
    Book book;
    const std::uint32_t site = book.site("arena_alloc");
    const std::uint32_t made = book.site("arena_new");
    const std::uint32_t kind = book.writer().add_kind("arena");
    const std::uint32_t pool = book.writer().add_scope(make_scope(kind, format::ScopeState::kOpen, format::kScopePool));
    for (std::uint64_t i = 0; i < 9; ++i)
        book.writer().add_side_block({(kHeap + 8 + 64 * i) | format::kSidePool, site, pool, 24, 0, 0});
    book.noted(site, made, 100, ReleaseKind::kPoolAlloc);
    book.noted(site, book.site("arena_free"), 20, ReleaseKind::kPoolFreed);
    book.noted(made, book.site("arena_clear"), 7, ReleaseKind::kPoolEmptied);
    const Ledger ledger = book.read();
    ASSERT_EQ(ledger.rows.size(), 1u);
    EXPECT_EQ(ledger.rows[0].allocated().blocks(), 100u);
    EXPECT_EQ(ledger.rows[0].released.blocks(), 91u);
    ASSERT_EQ(ledger.rows[0].released_at.size(), 2u);
    EXPECT_EQ(ledger.rows[0].released_at[0].how, ReleasedHow::kWithPool);
    EXPECT_EQ(ledger.rows[0].released_at[0].blocks.blocks(), 71u);
    EXPECT_EQ(ledger.emptied.at(0).blocks.blocks(), 7u);
}

TEST(LedgerTest, ASampleIsScaled) {
    Book book;
    book.writer().header().sample_bytes = 24;
    const std::uint32_t site = book.site("make");
    book.live(site, 100);
    book.released(site, book.site("close"), 900);
    const Ledger ledger = book.read();
    const double each = 1 / (1 - std::exp(-1.0));
    EXPECT_NEAR(static_cast<double>(ledger.rows.at(0).released.blocks()), 900 * each, 1);
    EXPECT_NEAR(static_cast<double>(ledger.rows.at(0).allocated().blocks()), 1000 * each, 1);
    EXPECT_GT(ledger.rows[0].released.error().blocks, 0u);
}

TEST(LedgerTest, FreesOfUnknownBlocksAreShownApart) {
    Book book;
    book.noted(format::kStackNone, book.site("free_twice"), 3, ReleaseKind::kUnknown);
    const Ledger ledger = book.read();
    EXPECT_TRUE(ledger.rows.empty());
    EXPECT_EQ(ledger.unknown.at(0).blocks.blocks(), 3u);
}

TEST(LedgerTest, SenselessRecordsAreLeftOut) {
    Book book;
    book.released(book.site("make"), book.site("close"), 5);
    book.noted(100'000, 7, 1, ReleaseKind::kFreed);
    book.noted(7, 100'000, 1, ReleaseKind::kFreed);
    book.noted(7, 7, 1, static_cast<ReleaseKind>(15));
    book.writer().add_release({0, 5, 5, 5, 5});
    const Ledger ledger = book.read();
    EXPECT_EQ(only_verdict(ledger), Verdict::kReleased);
    EXPECT_EQ(ledger.released.blocks(), 5u);
}

TEST(LedgerTest, CountsThatOverflowStayAtTheEndOfTheirRange) {
    Book book;
    const std::uint32_t site = book.site("make");
    for (int i = 0; i < 2; ++i) book.noted(site, book.site("close"), ~std::uint64_t{0}, ReleaseKind::kPoolFreed);
    const Ledger ledger = book.read();
    EXPECT_EQ(ledger.rows.at(0).released.blocks(), ~std::uint64_t{0});
}

TEST(LedgerTest, GroupsByFunctionAndModule) {
    Book book;
    const std::uint32_t one = book.writer().add_named_stack({"make", "a", "main"});
    const std::uint32_t two = book.writer().add_named_stack({"make", "b", "main"});
    book.released(one, book.site("close"), 1);
    book.released(two, book.site("close"), 2);
    LedgerOptions options;
    options.by = GroupBy::kStack;
    EXPECT_EQ(book.read(Liveness::kExited, options).rows.size(), 2u);
    options.by = GroupBy::kFunction;
    const Ledger by_function = book.read(Liveness::kExited, options);
    ASSERT_EQ(by_function.rows.size(), 1u);
    EXPECT_EQ(by_function.rows[0].title, "make");
}

TEST(LedgerReport, SaysWhatBecameOfTheSiblings) {
    Book book;
    const std::uint32_t site = book.site("udp_alloc_socket");
    book.live(site, 100);
    book.released(site, book.site("udp_close_socket"), 900);
    book.released(book.site("table"), book.site("destroy"), 1);
    const Ledger ledger = book.read();
    std::ostringstream out;
    print_ledger_text(out, book.profile(), ledger, {}, false);
    EXPECT_NE(out.str().find("900 of 1,000 freed in udp_close_socket"), std::string::npos) << out.str();
    EXPECT_NE(out.str().find("100 are not"), std::string::npos);
    EXPECT_NE(out.str().find("pass 1: 1 site"), std::string::npos);
    EXPECT_EQ(out.str().find("destroy"), std::string::npos);
}

TEST(LedgerReport, APassRefersToTheOneBeforeOnlyWhereThatIsShown) {
    Book book;
    const std::uint32_t place = book.site("release_both");
    book.released(book.site("reserve"), place, 2);
    book.released(book.site("table"), place, 3);
    const Ledger ledger = book.read();
    std::ostringstream out;
    print_ledger_text(out, book.profile(), ledger, {}, false);
    EXPECT_NE(out.str().find("pass 2: 2 sites: everything they allocated was released, at a place"), std::string::npos)
        << out.str();
}

TEST(LedgerReport, JsonHasTheKeysOfTheContract) {
    Book book;
    const std::uint32_t site = book.site("make");
    book.live(site, 1);
    book.released(site, book.site("close"), 2);
    const Ledger ledger = book.read();
    std::ostringstream out;
    print_ledger_json(out, book.profile(), ledger, {}, book.test_profile().naming().symbolizer);
    const auto json = nlohmann::json::parse(out.str());
    EXPECT_EQ(json["clean_sites"], 0);
    const auto& row = json["sites"][0];
    EXPECT_EQ(row["allocs"], 3);
    EXPECT_EQ(row["frees"], 2);
    EXPECT_EQ(row["live_blocks"], 1);
    EXPECT_EQ(row["live_bytes"], 24);
    EXPECT_EQ(row["clean"], false);
    EXPECT_EQ(row["frames"][0]["function"], "make");
    EXPECT_EQ(row["freed_at"][0]["frees"], 2);
    EXPECT_EQ(row["freed_at"][0]["frames"][0]["function"], "close");
}

}  // namespace
}  // namespace dregs
