// Signal handlers that mark while they interrupt a marker, or the renewal of a slice of time, at each instruction of
// it. After each, the counts of all scope records are what was put into them.
#include <map>
#include <string>
#include <vector>

#include "preload/hook_guard.h"
#include "single_step.h"
#include "trace_fixture.h"

namespace dregs {
namespace {

constexpr unsigned kNoCallHasSoMany = 20'000;

class ThreadScopesSignalTest : public TraceTest {
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
    void close(std::uint64_t scope) {
        const format::KindCounters* ended = nullptr;
        EXPECT_TRUE(scopes().close(thread(), scope, format::kScopeUnbound, ended));
    }
    std::uint64_t open() { return scopes().open(thread(), "job", 0, format::kScopeUnbound, format::kStackNone); }

    // As malloc does it.
    void allocate() {
        const ScopeFrame* const top = load_relaxed(thread().top);
        add_local(top->record_at->live, 1);
        blocks_[fetch_add(block_count_, 1u)] = top->record;
    }
    template <class Call>
    void as_hook(Call call) {
        const BusyGuard busy(thread());
        call();
    }
    // Not inlined: its frame must lie below the hook's.
    template <class Call>
    __attribute__((noinline)) void as_handlers_hook(Call call) {
        HookGuard busy(thread());
        busy.will_mark();
        call();
    }
    // What the next hook does.
    void settle() { scopes().settle(thread()); }

    void expect_counts(const std::string& when) {
        std::map<std::uint32_t, std::int64_t> content;
        for (std::uint32_t i = 0; i < block_count_; ++i) ++content[blocks_[i]];
        std::uint32_t last = kUnattributedScope;
        for (std::uint32_t i = last + 1; const format::Scope* record = parts().scopes.find(i); ++i) {
            if (format::scope_state(record->status) == format::ScopeState::kFree) continue;
            last = i;
            if (format::scope_flags(record->status) & format::kScopeShare) ++content[record->parent];
        }
        for (std::uint32_t i = kUnattributedScope + 1; i <= last; ++i) {
            const format::Scope& record = parts().scopes.at(i);
            const bool closed = format::scope_state(record.status) == format::ScopeState::kClosed;
            ASSERT_EQ(record.live - record.released, content[i]) << "record " << i << " " << when;
            ASSERT_TRUE(!closed || content[i] != 0) << "record " << i << " has ended empty " << when;
        }
    }

    // Runs all for each instruction of `call`: `prepare`, `call` with `handle` coming in, `finish`.
    template <class Prepare, class Call, class Handle, class Finish>
    void interrupt_each_instruction(Prepare prepare, Call call, Handle handle, Finish finish, unsigned stride = 1) {
        SingleStep step;
        bool came = true;
        unsigned instructions = 0;
        for (; came && instructions < kNoCallHasSoMany; instructions += stride) {
            prepare();
            came = step.interrupt_after(
                instructions, [&] { as_hook(call); },
                [&] {
                    if (!SingleStep::is_shut_out()) as_handlers_hook(handle);
                });
            settle();
            finish();
            expect_counts("interrupted after " + std::to_string(instructions));
            if (HasFatalFailure()) return;
        }
        EXPECT_GT(instructions, 50u) << "the call was stepped through";
        EXPECT_EQ(thread().counters->bad_markers, 0u);
        EXPECT_EQ(thread().counters->lost_markers, 0u);
    }

  private:
    ThreadState* thread_ = nullptr;
    std::uint32_t block_count_ = 0;
    std::uint32_t blocks_[100'000];  // the records that they refer to
};

TEST_F(ThreadScopesSignalTest, ARenewalUnderWholeScopes) {
    std::uint64_t scope = 0;
    interrupt_each_instruction(
        [&] {
            scope = enter("request");
            allocate();
        },
        [&] { scopes().renew_slice(thread()); },
        [&] {
            const std::uint64_t inner = enter("handler");
            allocate();
            leave(inner);
            allocate();
        },
        [&] {
            EXPECT_EQ(scopes().current_handle(thread()), scope);
            leave(scope);
        });
}

TEST_F(ThreadScopesSignalTest, ARenewalOfAScopeThatIsLeft) {
    std::uint64_t scope = 0, other = 0;
    interrupt_each_instruction(
        [&] {
            scope = enter("request");
            other = 0;
        },
        [&] {
            scopes().renew_slice(thread());
            allocate();
        },
        [&] {
            leave(scope);
            other = enter("other");
            allocate();
        },
        [&] { leave(other ? other : scope); });
    EXPECT_EQ(thread().counters->bad_leaves, 0u);
}

TEST_F(ThreadScopesSignalTest, ARenewalUnderAnAttach) {
    std::uint64_t scope = 0;
    const std::uint64_t job = open();
    interrupt_each_instruction([&] { scope = enter("request"); }, [&] { scopes().renew_slice(thread()); },
                               [&] {
                                   const std::uint64_t former = scopes().attach(thread(), job);
                                   allocate();
                                   scopes().restore(thread(), former);
                               },
                               [&] { leave(scope); });
    close(job);
}

// The thread's own instance is renewed all the time: what that takes is used again.
TEST_F(ThreadScopesSignalTest, RenewalsTakeNoMorePlaces) {
    for (int i = 0; i < 1000; ++i) as_hook([&] { scopes().renew_slice(thread()); });
    const std::uint64_t scope = enter("request");
    for (int i = 0; i < 1000; ++i) as_hook([&] { scopes().renew_slice(thread()); });
    EXPECT_LT(thread().top, thread().inline_frames + 4);
    EXPECT_GE(thread().top, thread().inline_frames);
    leave(scope);
    expect_counts("in the end");
}

// Kinds that nobody knows yet, and frames that there is no place for yet.
TEST_F(ThreadScopesSignalTest, AnEnterOfANewKindAtTheEndOfThePlaces) {
    std::vector<std::uint64_t> open;
    for (std::uint32_t i = 0; i + 1 < ThreadState::kInlineFrames; ++i) open.push_back(enter("outer"));
    static char name[16];
    int number = 0;
    std::uint64_t scope = 0;
    interrupt_each_instruction([&] { std::snprintf(name, sizeof name, "kind %d", ++number % 200); },
                               [&] { scope = enter(name); },
                               [&] {
                                   const std::uint64_t inner = enter("handler");
                                   allocate();
                                   leave(inner);
                                   const std::uint64_t same = enter(name);
                                   leave(same);
                               },
                               [&] {
                                   EXPECT_EQ(scopes().current_handle(thread()), scope);
                                   leave(scope);
                               },
                               5);
    leave(open.front());
    expect_counts("in the end");
    EXPECT_EQ(thread().counters->bad_leaves, 0u);
}

// A handler leaves what another one left open, and enters anew: never in the place that the hook may be reading.
TEST_F(ThreadScopesSignalTest, WhatOneHandlerLeavesOpenTheNextEnds) {
    std::uint64_t left_open = 0;
    const auto exchange = [&] {
        if (left_open) leave(left_open);
        left_open = enter("handler");
        allocate();
    };
    as_hook([&] { as_handlers_hook(exchange); });
    interrupt_each_instruction([] {},
                               [&] {
                                   allocate();
                                   allocate();
                                   allocate();
                                   allocate();
                                   allocate();
                               },
                               exchange, [&] { EXPECT_EQ(scopes().current_handle(thread()), left_open); });
    EXPECT_EQ(thread().counters->bad_leaves, 0u);
}

// More than there are places for: refused, and what is there stays.
TEST_F(ThreadScopesSignalTest, AHandlerThatEntersWithoutEnd) {
    const std::uint64_t scope = enter("request");
    std::vector<std::uint64_t> open;
    as_hook([&] {
        as_handlers_hook([&] {
            while (const std::uint64_t inner = enter("handler")) open.push_back(inner);
        });
    });
    EXPECT_GE(open.size(), 16u);
    EXPECT_LE(open.size(), 64u);
    EXPECT_EQ(scopes().current_handle(thread()), open.back());
    const std::uint64_t further = enter("request");
    EXPECT_NE(further, 0u) << "what interrupts nothing needs no such place";
    leave(scope);
    settle();
    EXPECT_EQ(scopes().current_handle(thread()), 0u);
    expect_counts("in the end");
}

}  // namespace
}  // namespace dregs
