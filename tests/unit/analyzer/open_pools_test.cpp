// Open pools: which count, by where they were made, and how top tells of them.
#include "analyzer/analysis/open_pools.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "analyzer/output/open_sites.h"
#include "trace_fixture.h"

namespace dregs {
namespace {

using format::ScopeState;

class OpenPoolsTest : public ::testing::Test {
  protected:
    std::uint32_t add_pool(std::uint32_t kind, std::uint32_t stack, const char* label = "", std::uint32_t parent = 0,
                           std::uint32_t flags = 0, ScopeState state = ScopeState::kOpen) {
        format::Scope pool = make_scope(kind, state, format::kScopePool | flags, parent, label);
        pool.stack = stack;
        return writer_.add_scope(pool);
    }
    void add_block(std::uint32_t scope, std::uint64_t bytes) {
        writer_.add_block(address_ += 4096, bytes, writer_.add_named_stack({"f"}), scope);
    }

    TraceWriter writer_;
    std::uint64_t address_ = kHeap;
};

TEST_F(OpenPoolsTest, AreCountedByWhereTheyWereMade) {
    const std::uint32_t request = writer_.add_kind("request pool"), other = writer_.add_kind("other");
    const std::uint32_t here = writer_.add_named_stack({"make_request", "serve"});
    const std::uint32_t here_from_elsewhere = writer_.add_named_stack({"make_request", "main"});
    add_block(add_pool(other, writer_.add_named_stack({"main"})), 7);
    add_block(add_pool(request, here, "request 1"), 100);
    const std::uint32_t second = add_pool(request, here_from_elsewhere, "request 2");
    add_block(second, 200);
    add_block(writer_.add_scope(make_share(second, 9, 0)), 300);
    TestProfile profile(writer_);
    const OpenPools pools = find_open_pools(*profile);
    EXPECT_EQ(pools.open, 3u);
    EXPECT_EQ(pools.orphans, 0u);
    EXPECT_EQ(pools.live.rounded(), (Tally{4, 607}));
    ASSERT_EQ(pools.sites.size(), 2u);
    EXPECT_EQ(pools.sites[0].kind, "request pool");
    EXPECT_EQ(pools.sites[0].site.open, 2u);
    EXPECT_EQ(pools.sites[0].site.live.rounded(), (Tally{3, 600}));
    EXPECT_EQ(pools.sites[1].kind, "other");
    EXPECT_EQ(pools.sites[1].site.live.rounded(), (Tally{1, 7}));
}

TEST_F(OpenPoolsTest, WhatIsNoOpenPoolIsLeftOut) {
    const std::uint32_t kind = writer_.add_kind("k");
    const std::uint32_t stack = writer_.add_named_stack({"make"});
    add_pool(kind, stack, "", 0, 0, ScopeState::kClosed);
    add_pool(kind, stack, "", 0, format::kScopeEntered);  // its thread is in it
    add_pool(kind, format::kStackNone);                   // imported: nobody knows where it was made
    add_pool(4711, stack);                                // of no kind there is
    format::Scope opened = make_scope(kind, ScopeState::kOpen, format::kScopeUnbound);
    opened.stack = stack;
    writer_.add_scope(opened);
    TestProfile profile(writer_);
    EXPECT_EQ(find_open_pools(*profile).open, 0u);
    std::ostringstream out;
    print_open_pools(out, *profile, find_open_pools(*profile), {});
    EXPECT_EQ(out.str(), "");
}

TEST_F(OpenPoolsTest, OrphansAreThoseOfEndedScopes) {
    const std::uint32_t kind = writer_.add_kind("pool");
    const std::uint32_t stack = writer_.add_named_stack({"make"});
    const auto ended = writer_.add_scope(make_scope(writer_.add_kind("request"), ScopeState::kClosed));
    add_pool(kind, stack, "", ended);
    add_pool(kind, stack);
    TestProfile profile(writer_);
    EXPECT_EQ(find_open_pools(*profile).orphans, 1u);
    std::ostringstream out;
    print_open_pools(out, *profile, find_open_pools(*profile), {});
    EXPECT_EQ(out.str(),
              "2 pools are still open (0 blocks, 0 B), 1 of ended scopes:\n"
              "open  kind  made at\n"
              "   2  pool  make\n"
              "(dregs scopes: with stacks and what is in them)\n\n");
}

TEST_F(OpenPoolsTest, TextNamesTheMostAndJsonAll) {
    const std::uint32_t kind = writer_.add_kind("pool\x1b[31m");
    for (const char* place : {"a", "b", "c", "d"}) {
        const int count = 'e' - *place;
        for (int i = 0; i < count; ++i) add_pool(kind, writer_.add_named_stack({place}), "l");
    }
    TestProfile profile(writer_);
    const OpenPools pools = find_open_pools(*profile);
    std::ostringstream out;
    print_open_pools(out, *profile, pools, {});
    EXPECT_EQ(out.str(),
              "10 pools are still open (0 blocks, 0 B); most of them:\n"
              "open  kind          made at\n"
              "   4  pool\\x1b[31m  a\n"
              "                      such as: l\n"
              "   3  pool\\x1b[31m  b\n"
              "                      such as: l\n"
              "   2  pool\\x1b[31m  c\n"
              "                      such as: l\n"
              "(dregs scopes: with stacks and what is in them)\n\n");
    const Json json = open_pools_json(*profile, pools, {});
    EXPECT_EQ(json["open"], 10);
    ASSERT_EQ(json["sites"].size(), 4u);
    EXPECT_EQ(json["sites"][3]["open"], 1);
    EXPECT_EQ(json["sites"][3]["frames"][0]["function"], "d");
    EXPECT_EQ(json["sites"][3]["labels"], Json({"l"}));
}

}  // namespace
}  // namespace dregs
