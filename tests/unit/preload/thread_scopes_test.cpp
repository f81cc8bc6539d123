// Nesting, and every way to get it wrong.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "trace_fixture.h"

namespace dregs {
namespace {

class ThreadScopesTest : public TraceTest {
  protected:
    void SetUp() override {
        TraceTest::SetUp();
        thread_ = parts().threads.start(nullptr);
        ASSERT_NE(thread_, nullptr);
    }
    ThreadScopes& scopes() { return parts().thread_scopes; }
    ThreadState& thread() { return *thread_; }
    std::uint64_t enter(const char* kind) { return scopes().enter(thread(), kind, nullptr); }
    void leave(std::uint64_t scope) { scopes().leave(thread(), scope); }
    bool close(std::uint64_t scope) { return scopes().close(thread(), scope, format::kScopeUnbound, ended_); }
    const format::KindCounters* ended() const { return ended_; }
    const format::KindCounters& counters(const char* kind) {
        return parts().kinds.counters(thread().kind_counters[parts().kinds.find_or_add(kind, 0)]);
    }
    std::uint32_t depth() {
        std::uint32_t frames = 0;
        for (const ScopeFrame* frame = thread().top; frame; frame = frame->outer) ++frames;
        return frames;
    }
    // As if a block had been allocated now.
    std::uint32_t allocate() {
        ++thread().top->record_at->live;
        return thread().top->record;
    }

  private:
    ThreadState* thread_ = nullptr;
    const format::KindCounters* ended_ = nullptr;  // what the last close() that ended something says
};

TEST_F(ThreadScopesTest, NestingIsRecordedAndUndone) {
    const std::uint32_t outside = thread().top->record;
    const std::uint64_t file = enter("file");
    const std::uint64_t packet = enter("packet");
    EXPECT_EQ(thread().top->record, handle_index(packet));
    EXPECT_EQ(thread().top->record_at->parent, handle_index(file));
    leave(packet);
    EXPECT_EQ(thread().top->record, handle_index(file));
    leave(file);
    EXPECT_EQ(thread().top->record, outside);
    EXPECT_EQ(counters("packet").entered, 1u);
    EXPECT_EQ(counters("packet").left, 1u);
    EXPECT_EQ(counters("packet").clean, 1u);
    EXPECT_EQ(counters("file").missed_leaves, 0u);
}

TEST_F(ThreadScopesTest, OuterLeaveEndsInner) {
    const std::uint64_t outer = enter("outer");
    enter("inner");
    enter("inner");
    leave(outer);
    EXPECT_EQ(counters("inner").left, 2u);
    EXPECT_EQ(counters("inner").missed_leaves, 2u);
    EXPECT_EQ(counters("outer").missed_leaves, 0u);
    EXPECT_EQ(scopes().current_handle(thread()), 0u);
}

TEST_F(ThreadScopesTest, DoubleAndMadeUpLeavesOnlyCount) {
    const std::uint64_t outer = enter("outer");
    const std::uint64_t inner = enter("inner");
    leave(inner);
    leave(inner);
    leave(0xDEAD'0000'BEEF);
    leave(thread().home);
    EXPECT_EQ(thread().counters->bad_leaves, 3u);
    EXPECT_EQ(scopes().current_handle(thread()), outer);
}

// Calls as the span library reports them: where from, in which frame.
TEST_F(ThreadScopesTest, ASpanBegunAtItsOldPlaceEndsTheOldOne) {
    scopes().begin_span(thread(), "packet", 0x1000, 0x7000);
    enter("inner");
    const std::uint64_t again = scopes().begin_span(thread(), "packet", 0x1000, 0x7000);
    EXPECT_EQ(scopes().current_handle(thread()), again);
    EXPECT_EQ(depth(), 2u);
    EXPECT_EQ(counters("packet").entered, 2u);
    EXPECT_EQ(counters("packet").missed_leaves, 1u);
    EXPECT_EQ(counters("inner").missed_leaves, 1u);
}

TEST_F(ThreadScopesTest, ASpanBegunElsewhereNests) {
    const std::uint64_t outer = scopes().begin_span(thread(), "packet", 0x1000, 0x7000);
    scopes().begin_span(thread(), "packet", 0x1000, 0x6000);
    scopes().begin_span(thread(), "packet", 0x2000, 0x7000);
    scopes().begin_span(thread(), "file", 0x1000, 0x7000);
    EXPECT_EQ(depth(), 5u);
    scopes().end_span(thread(), "file");
    scopes().end_span(thread(), "packet");
    scopes().end_span(thread(), "packet");
    EXPECT_EQ(scopes().current_handle(thread()), outer);
    scopes().end_span(thread(), "packet");
    EXPECT_EQ(scopes().current_handle(thread()), 0u);
    EXPECT_EQ(counters("packet").missed_leaves, 0u);
}

TEST_F(ThreadScopesTest, ASpanEndsWithWhatIsInIt) {
    scopes().begin_span(thread(), "file", 0x1000, 0x7000);
    scopes().begin_span(thread(), "packet", 0x2000, 0x6000);
    scopes().end_span(thread(), "file");
    EXPECT_EQ(counters("packet").missed_leaves, 1u);
    scopes().end_span(thread(), "file");
    scopes().end_span(thread(), "never begun");
    EXPECT_EQ(thread().counters->bad_leaves, 2u);
}

TEST_F(ThreadScopesTest, ASpanDoesNotReachPastAnAttach) {
    const std::uint64_t outer = scopes().begin_span(thread(), "packet", 0x1000, 0x7000);
    const std::uint64_t previous = scopes().attach(thread(), 0);
    scopes().end_span(thread(), "packet");
    EXPECT_EQ(thread().counters->bad_leaves, 1u);
    scopes().begin_span(thread(), "packet", 0x1000, 0x7000);
    EXPECT_EQ(counters("packet").left, 0u);
    scopes().end_span(thread(), "packet");
    scopes().restore(thread(), previous);
    EXPECT_EQ(scopes().current_handle(thread()), outer);
}

TEST_F(ThreadScopesTest, ASurvivorIsNotClean) {
    const std::uint64_t scope = enter("request");
    allocate();
    leave(scope);
    EXPECT_EQ(counters("request").left, 1u);
    EXPECT_EQ(counters("request").clean, 0u);
}

TEST_F(ThreadScopesTest, DeepNestingGrows) {
    std::vector<std::uint64_t> open;
    for (int i = 0; i < 1000; ++i) open.push_back(enter("level"));
    for (; !open.empty(); open.pop_back()) {
        ASSERT_EQ(scopes().current_handle(thread()), open.back());
        leave(open.back());
    }
    EXPECT_EQ(counters("level").left, 1000u);
}

TEST_F(ThreadScopesTest, AttachIsAShareOfTheInstance) {
    const std::uint64_t job = scopes().open(thread(), "job", 0, format::kScopeUnbound, 0);
    const std::uint64_t request = enter("request");
    EXPECT_EQ(scopes().attach(thread(), job), request);
    EXPECT_NE(thread().top->record, handle_index(job));
    EXPECT_EQ(thread().top->record_at->parent, handle_index(job));
    allocate();
    scopes().restore(thread(), request);
    EXPECT_EQ(scopes().current_handle(thread()), request);
    EXPECT_TRUE(close(job));
    EXPECT_EQ(counters("job").clean, 0u) << "the share's block is a survivor of the job";
    EXPECT_EQ(thread().counters->bad_markers, 0u);
}

TEST_F(ThreadScopesTest, AttachToNothingAndBack) {
    const std::uint64_t request = enter("request");
    EXPECT_EQ(scopes().attach(thread(), 0), request);
    EXPECT_EQ(scopes().current_handle(thread()), 0u);
    scopes().restore(thread(), request);
    EXPECT_EQ(scopes().current_handle(thread()), request);
}

TEST_F(ThreadScopesTest, StaleAttachKeepsTheLevels) {
    const std::uint64_t request = enter("request");
    EXPECT_EQ(scopes().attach(thread(), 0xBAD'0000'0001), request);
    EXPECT_EQ(scopes().current_handle(thread()), request);
    scopes().restore(thread(), request);
    EXPECT_EQ(scopes().current_handle(thread()), request);
    EXPECT_EQ(thread().counters->bad_markers, 1u);
    scopes().restore(thread(), request);
    EXPECT_EQ(thread().counters->bad_markers, 2u);
}

TEST_F(ThreadScopesTest, RestoreEndsWhatWasEnteredSince) {
    const std::uint64_t job = scopes().open(thread(), "job", 0, format::kScopeUnbound, 0);
    const std::uint64_t previous = scopes().attach(thread(), job);
    enter("step");
    scopes().restore(thread(), previous);
    EXPECT_EQ(counters("step").missed_leaves, 1u);
    EXPECT_EQ(scopes().current_handle(thread()), 0u);
}

TEST_F(ThreadScopesTest, CloseWantsWhatOpenMade) {
    const std::uint64_t bound = enter("bound");
    EXPECT_FALSE(close(bound));
    const std::uint64_t job = scopes().open(thread(), "job", 0, format::kScopeUnbound, 0);
    leave(job);
    EXPECT_EQ(thread().counters->bad_leaves, 1u);
    EXPECT_TRUE(close(job));
    EXPECT_EQ(ended(), &counters("job"));
    EXPECT_FALSE(close(job));
}

TEST_F(ThreadScopesTest, CountersOfWhatIsOpenOnly) {
    const std::uint64_t job = scopes().open(thread(), "job", 0, format::kScopeUnbound, 0);
    EXPECT_EQ(scopes().counters_of_open(thread(), job), &counters("job"));
    EXPECT_EQ(counters("job").entered, 1u);
    close(job);
    EXPECT_EQ(scopes().counters_of_open(thread(), job), nullptr);
    EXPECT_EQ(scopes().counters_of_open(thread(), 0), nullptr);
    EXPECT_EQ(scopes().counters_of_open(thread(), handle_index(thread().home)), nullptr) << "no kind";
}

TEST_F(ThreadScopesTest, DestroySaysWhatKindHasEnded) {
    Pools& pools = parts().pools;
    const std::uint64_t pool = pools.create(thread(), "pool", nullptr, 0, 0);
    EXPECT_EQ(pools.destroy(thread(), pool), &counters("pool"));
    EXPECT_EQ(pools.destroy(thread(), pool), nullptr);
    EXPECT_EQ(thread().counters->bad_markers, 1u);
    const std::uint64_t entered = pools.enter(thread(), "pool", nullptr);
    EXPECT_EQ(pools.destroy(thread(), entered), nullptr) << "it ends with the leave";
    EXPECT_EQ(thread().counters->bad_markers, 2u);
    EXPECT_EQ(counters("pool").left, 1u);
}

TEST_F(ThreadScopesTest, ASliceIsAShareAndEndsCleanly) {
    const std::uint64_t request = enter("request");
    const std::uint32_t first = thread().top->record;
    allocate();
    scopes().renew_slice(thread());
    EXPECT_NE(thread().top->record, first);
    EXPECT_EQ(scopes().current_handle(thread()), request);
    const std::uint32_t second = allocate();
    scopes().renew_slice(thread());
    parts().scopes.count_release(&thread().stock, second);
    EXPECT_EQ(format::scope_state(parts().scopes.at(second).status), format::ScopeState::kFree);
    parts().scopes.count_release(&thread().stock, first);
    leave(request);
    EXPECT_EQ(counters("request").clean, 1u);
}

TEST_F(ThreadScopesTest, KindIsTheTextNotThePointer) {
    char name[16] = "alpha";
    leave(enter(name));
    std::snprintf(name, sizeof name, "beta");
    leave(enter(name));
    EXPECT_EQ(counters("alpha").entered, 1u);
    EXPECT_EQ(counters("beta").entered, 1u);
}

TEST_F(ThreadScopesTest, TooManyKindsAreRefused) {
    std::uint32_t refused = 0;
    for (std::uint32_t i = 0; i < kMaxKinds + 10; ++i) refused += enter(("kind " + std::to_string(i)).c_str()) == 0;
    EXPECT_EQ(refused, 11u);
}

TEST_F(ThreadScopesTest, AnEndedThreadsScopesAreAbandoned) {
    enter("outer");
    enter("inner");
    scopes().abandon(thread());
    EXPECT_EQ(counters("outer").abandoned, 1u);
    EXPECT_EQ(counters("inner").abandoned, 1u);
}

TEST_F(ThreadScopesTest, PoolsHoldBlocksOfTheirOwn) {
    Pools& pools = parts().pools;
    const std::uint64_t pool = pools.create(thread(), "pool", nullptr, 0, 0);
    alignas(64) static char arena[4096];
    for (std::size_t i = 0; i < 1000; ++i) pools.alloc(thread(), pool, arena + i, 3, 5);
    pools.free(thread(), pool, arena + 500);
    pools.free(thread(), pool, arena + 500);
    EXPECT_EQ(thread().counters->pool_allocs, 1000u);
    EXPECT_EQ(thread().counters->pool_frees, 1u);
    EXPECT_EQ(thread().counters->unknown_frees, 1u);
    pools.free_all(thread(), pool);
    pools.free(thread(), pool, arena);
    EXPECT_EQ(thread().counters->unknown_frees, 2u);
    for (std::size_t i = 0; i < 1000; ++i) pools.alloc(thread(), pool, arena + i, 3, 5);
    EXPECT_EQ(thread().counters->replaced_blocks, 0u);
    pools.destroy(thread(), pool);
    pools.alloc(thread(), pool, arena, 3, 5);
    EXPECT_EQ(thread().counters->bad_markers, 1u);
    EXPECT_EQ(counters("pool").clean, 1u);
}

// So that a thread that is about to empty the former pool of a record does not empty the next one.
TEST_F(ThreadScopesTest, APoolNeverBeginsWithTheEpochThatTheFormerEndedWith) {
    Pools& pools = parts().pools;
    const std::uint64_t former = pools.create(thread(), "pool", nullptr, 0, 0);
    pools.destroy(thread(), former);
    const std::uint32_t epoch = parts().scopes.at(handle_index(former)).epoch;
    const std::uint64_t next = pools.create(thread(), "pool", nullptr, 0, 0);
    ASSERT_EQ(handle_index(next), handle_index(former));
    EXPECT_NE(parts().scopes.at(handle_index(next)).epoch, epoch);
    pools.destroy(thread(), former);
    EXPECT_EQ(thread().counters->bad_markers, 1u);
    EXPECT_TRUE(parts().thread_scopes.open_instance(next));
}

TEST_F(ThreadScopesTest, PoolBlockAndMallocBlockAtOneAddress) {
    Pools& pools = parts().pools;
    const std::uint64_t pool = pools.create(thread(), "pool", nullptr, 0, 0);
    alignas(64) static char arena[64];
    Block block{64, 9, thread().top->record};
    const auto address = reinterpret_cast<std::uintptr_t>(arena);
    EXPECT_EQ(parts().blocks.insert(address, block, block), BlockMap::Insert::kDone);
    pools.alloc(thread(), pool, arena, 16, 5);
    EXPECT_TRUE(parts().blocks.take(address, block));
    pools.free(thread(), pool, arena);
    EXPECT_EQ(thread().counters->pool_frees, 1u);
}

// A thread leaves what others attach to: a share that was begun holds the instance that it is of.
TEST_F(ThreadScopesTest, LeaveAndAttachRace) {
    parts().scopes.expect_visitors();
    std::atomic<std::uint64_t> present{0};
    std::atomic<bool> done{false};
    std::thread visitor([&] {
        ThreadState& other = *parts().threads.start(nullptr);
        while (!done) {
            scopes().attach(other, present);
            const format::Scope& share = *other.top->record_at;
            const format::Scope& instance = parts().scopes.at(share.parent);
            ASSERT_EQ(format::scope_generation(load_acquire(instance.status)), share.parent_generation);
            scopes().restore(other, 0);
        }
    });
    for (int round = 0; round < 50'000; ++round) {
        const std::uint64_t scope = enter("request");
        present = scope;
        leave(scope);
    }
    done = true;
    visitor.join();
    const std::uint64_t scope = enter("request");
    leave(scope);
    EXPECT_EQ(counters("request").left, 50'001u);
    EXPECT_EQ(scopes().current_handle(thread()), 0u);
}

TEST_F(ThreadScopesTest, KnowsWhatAnotherThreadEntered) {
    ThreadState other{};
    const std::uint64_t entered = enter("request");
    const std::uint64_t opened = scopes().open(thread(), "job", 0, format::kScopeUnbound, 0);
    EXPECT_FALSE(scopes().is_anothers(thread(), entered));
    EXPECT_TRUE(scopes().is_anothers(other, entered));
    EXPECT_FALSE(scopes().is_anothers(other, opened));
    leave(entered);
    EXPECT_FALSE(scopes().is_anothers(other, entered));
}

// A pool that is emptied by one thread while another gives a block back to it: the slot may be a third pool's by then.
TEST_F(ThreadScopesTest, FreeAndFreeAllRace) {
    Pools& pools = parts().pools;
    const std::uint64_t shared = pools.create(thread(), "shared", nullptr, 0, 0);
    std::atomic<bool> done{false};
    std::thread emptier([&] {
        ThreadState& other = *parts().threads.start(nullptr);
        while (!done) pools.free_all(other, shared);
    });
    std::thread third([&] {
        ThreadState& other = *parts().threads.start(nullptr);
        const std::uint64_t pool = pools.create(other, "innocent", nullptr, 0, 0);
        for (int round = 0; round < 100; ++round) {
            for (std::uintptr_t i = 1; i <= 500; ++i) pools.alloc(other, pool, reinterpret_cast<void*>(i << 20), 1, 0);
            for (std::uintptr_t i = 1; i <= 500; ++i) pools.free(other, pool, reinterpret_cast<void*>(i << 20));
        }
        EXPECT_EQ(other.counters->unknown_frees, 0u);
        EXPECT_EQ(other.counters->pool_frees, 50'000u);
        done = true;
    });
    for (std::uintptr_t i = 1; !done; i = i % 500 + 1) {
        const auto* const block = reinterpret_cast<const void*>((i << 20) + 64);
        pools.alloc(thread(), shared, block, 1, 0);
        pools.free(thread(), shared, block);
    }
    emptier.join();
    third.join();
}

// Slots that held an emptied pool's blocks are wanted by the next pool's and by those blocks come back: who looks for
// one of them finds it, whatever others think of taking its place.
TEST_F(ThreadScopesTest, BlocksComeBackToSlotsThatOthersWant) {
    constexpr std::uintptr_t kBlocks = 1000;
    Pools& pools = parts().pools;
    const auto use = [&](std::uintptr_t offset) {
        ThreadState& self = *parts().threads.start(nullptr);
        const std::uint64_t pool = pools.create(self, "pool", nullptr, 0, 0);
        const auto block = [&](std::uintptr_t i) { return reinterpret_cast<const void*>((i << 8) + offset); };
        for (int round = 0; round < 2000; ++round) {
            for (std::uintptr_t i = 1; i <= kBlocks; ++i) pools.alloc(self, pool, block(i), 1, 0);
            pools.free_all(self, pool);
            for (std::uintptr_t i = 1; i <= kBlocks; ++i) {
                pools.alloc(self, pool, block(i), 1, 0);
                pools.free(self, pool, block(i));
            }
        }
        EXPECT_EQ(self.counters->unknown_frees, 0u);
        EXPECT_EQ(self.counters->replaced_blocks, 0u);
    };
    std::thread others[] = {std::thread(use, 64), std::thread(use, 128)};
    use(0);
    for (std::thread& other : others) other.join();
}

TEST_F(ThreadScopesTest, WaitsForAThreadThatIsInAHook) {
    enum { kBefore, kInHook, kAfter };
    std::atomic<int> state{kBefore};
    std::thread hook([&] {
        ThreadState& other = *parts().threads.start(nullptr);
        store_relaxed(other.busy, std::uintptr_t{16 + 1});
        state = kInHook;
        for (int i = 0; i < 4; ++i) sys::nap();
        state = kAfter;
        store_release(other.busy, std::uintptr_t{0});
    });
    while (state == kBefore) sys::yield();
    parts().threads.wait_for_hooks(thread());
    EXPECT_EQ(state, kAfter);
    hook.join();
}

TEST_F(ThreadScopesTest, APoolThatIsEnteredIsAScopeToo) {
    Pools& pools = parts().pools;
    const std::uint64_t packet = pools.enter(thread(), "packet", "packet 1");
    EXPECT_EQ(scopes().current_handle(thread()), packet);
    alignas(64) static char arena[64];
    pools.alloc(thread(), packet, arena, 16, 5);
    pools.destroy(thread(), packet);  // not its end
    EXPECT_EQ(thread().counters->bad_markers, 1u);
    EXPECT_EQ(counters("packet").left, 0u);
    EXPECT_TRUE(pools.take(thread(), packet, arena));
    EXPECT_FALSE(pools.take(thread(), packet, arena));
    EXPECT_EQ(thread().counters->unknown_frees, 0u);
    scopes().leave(thread(), packet);
    EXPECT_EQ(counters("packet").left, 1u);
    EXPECT_EQ(counters("packet").clean, 1u);
}

TEST_F(ThreadScopesTest, KindsCountWhatTheirPoolsHandOut) {
    Pools& pools = parts().pools;
    const std::uint64_t pool = pools.create(thread(), "pool", "a label", 0, 0);
    for (int i = 0; i < 7; ++i) pools.count(thread(), pool, i > 4);
    EXPECT_EQ(counters("pool").pool_allocs, 5u);
    EXPECT_EQ(counters("pool").pool_resizes, 2u);
    EXPECT_STREQ(scopes().open_instance(pool)->label, "a label");
    EXPECT_TRUE(scopes().set_label(pool, "another"));
    EXPECT_STREQ(scopes().open_instance(pool)->label, "another");
    pools.destroy(thread(), pool);
    EXPECT_FALSE(scopes().set_label(pool, "none"));
}

}  // namespace
}  // namespace dregs
