// Nesting: which instance each thread is in, and the marker calls that change it.
//
// A thread's frames are its own; only a thread that finds another gone touches that one's (abandon). Every mismatch is
// counted and repaired, none is fatal: leaving an outer instance ends the inner ones, a handle that is not open here is
// ignored.
//
// A signal handler may mark while it interrupts a marker, at any instruction: the nesting changes by one store of the
// thread's `top`, which is done only if no handler has changed it meanwhile; else the marker looks again. What handlers
// need besides: handler_frames.h.
#pragma once

#include "preload/scopes/kinds.h"
#include "preload/scopes/scope_table.h"
#include "preload/scopes/thread_state.h"
#include "preload/system/clock.h"

namespace dregs {

class ThreadScopes {
  public:
    void attach_tables(ScopeTable& scopes, Kinds& kinds, SlowLock& lock, const Clock& clock);

    // A thread begins: it gets the instance that holds its blocks outside any scope.
    void begin_thread(ThreadState& thread);
    // A thread is gone: whatever it left open ends as abandoned.
    void abandon(ThreadState& thread);

    // `flags`: kScopePool and kScopeEntered for an instance that is a pool, too.
    std::uint64_t enter(ThreadState& thread, const char* kind, const char* label, std::uint32_t flags = 0) {
        return enter_from(thread, kind, label, flags, ScopeFrame::kByMarker);
    }
    // The counters of what it ended; null: nothing, or there are none.
    const format::KindCounters* leave(ThreadState& thread, std::uint64_t scope);
    // An instance that a call begins, from `pc` in a frame at `sp`: enters. An open one that began at the same place of
    // the same frame has not been ended, but left by another way: it ends first.
    std::uint64_t begin_span(ThreadState& thread, const char* kind, std::uintptr_t pc, std::uintptr_t sp);
    // Leaves the innermost instance of this kind that was entered on this thread since the last attach.
    const format::KindCounters* end_span(ThreadState& thread, const char* kind);
    // There is such a kind from now on, whether an instance of it will ever begin or not. False: no room.
    bool know_kind(ThreadState& thread, const char* kind);
    // Stands for the instance that the thread is in, whichever that is.
    static constexpr std::uint64_t kCurrent = ~std::uint64_t{0};
    // An instance bound to no thread. `parent` 0: none.
    std::uint64_t open(ThreadState& thread, const char* kind, std::uint64_t parent, std::uint32_t flags,
                       std::uint32_t stack, const char* label = nullptr);
    // Ends an instance that open() made with these flags. False: it is none, or not open. `ended`: the counters of its
    // kind; null: there are none.
    bool close(ThreadState& thread, std::uint64_t scope, std::uint32_t flags, const format::KindCounters*& ended);
    std::uint64_t attach(ThreadState& thread, std::uint64_t scope);
    void restore(ThreadState& thread, std::uint64_t previous);

    // The present slice of time is over: blocks get a new share of the same instance. For hooks that interrupt none.
    void renew_slice(ThreadState& thread);
    // No hook is interrupted any more: what handlers pinned meanwhile may go.
    void settle(ThreadState& thread);
    // Something comes into the instance that a handle names, which others may be ending: counts it. False: it is not
    // open (any more). Before another thread's is reached into, ScopeTable::expect_visitors must have been called.
    bool arrive(ThreadState& thread, std::uint64_t scope);
    // Whether a handle names an instance that another thread entered and has not left.
    bool is_anothers(const ThreadState& thread, std::uint64_t scope) const;
    // The open instance that a handle names; null: none.
    format::Scope* open_instance(std::uint64_t scope) const;
    // A pool of this kind handed out a block, or resized one.
    void count_pool_alloc(ThreadState& thread, std::uint32_t kind, bool resized);
    // Ends a pool with kScopeHeld in which nothing is left any more.
    void end_if_empty(ThreadState& thread, std::uint32_t record) {
        if (DREGS_UNLIKELY(load_relaxed(has_held_) != 0)) end_held_if_empty(thread, record);
    }
    // Changes what an open instance was made in; 0: nothing. False: either of them is not open.
    bool set_parent(std::uint64_t scope, std::uint64_t parent);
    // The handle of a scope record with kScopeHeld; 0: it is none.
    std::uint64_t held_pool(std::uint32_t record) const;
    // Another label for an open instance. False: it is none.
    bool set_label(std::uint64_t scope, const char* label);
    // The counters of this thread for what a handle names; null: it is not open, or there are none.
    const format::KindCounters* counters_of_open(ThreadState& thread, std::uint64_t scope);
    // The counters of the innermost instance's kind; null: it has none.
    static const format::KindCounters* current_counters(const ThreadState& thread) {
        return load_relaxed(thread.top)->counters;
    }
    // The handle of the thread's current instance; 0: it is in none.
    std::uint64_t current_handle(const ThreadState& thread) const;

  private:
    // Null: the kind cannot be had.
    const KindEntry* kind_of(ThreadState& thread, const char* name, std::uint64_t outer);
    const KindEntry* learn_kind(ThreadState& thread, const char* name, std::uint64_t outer, KindEntry& entry);
    format::KindCounters* counters_of(ThreadState& thread, std::uint32_t kind);
    std::uint32_t begin_share(ThreadState& thread, std::uint64_t instance);
    std::uint64_t enter_from(ThreadState& thread, const char* kind, const char* label, std::uint32_t flags,
                             std::uint32_t origin);
    std::uint64_t known_parent(ThreadState& thread, std::uint64_t parent);
    static ScopeFrame* place_in(const ThreadState& thread, ScopeFrame& frame);
    static ScopeFrame* add_places(const ThreadState& thread, ScopeFrame& frame);
    static ScopeFrame* place_beside(const ThreadState& thread, ScopeFrame& frame);
    static ScopeFrame* reserve(ThreadState& thread);
    static void give_back(ThreadState& thread, ScopeFrame* frame);
    static ScopeFrame* reserve_in_handler(ThreadState& thread);
    static void nest(const ThreadState& thread, ScopeFrame& frame, ScopeFrame* outer);
    static void publish(ThreadState& thread, ScopeFrame* frame);
    static void publish_again(ThreadState& thread, ScopeFrame* frame);
    bool pop(ThreadState& thread, ScopeFrame* frame, std::uint32_t more_flags,
             std::uint64_t format::KindCounters::*also);
    bool pop_missed(ThreadState& thread, ScopeFrame* frame);
    bool pop_through(ThreadState& thread, ScopeFrame* top, ScopeFrame* last, std::uint64_t format::KindCounters::*also);
    bool take_off_in_handler(ThreadState& thread, ScopeFrame* frame);
    bool is_left(const ThreadState& thread, const format::Scope& record, std::uint32_t index) const;
    void end_record(ThreadState& thread, std::uint32_t record, std::uint32_t more_flags, bool& clean);
    static void count_end(format::KindCounters* counters, bool clean, std::uint64_t format::KindCounters::*also);
    void end_held_if_empty(ThreadState& thread, std::uint32_t record);

    ScopeTable* scopes_;
    Kinds* kinds_;
    SlowLock* lock_;
    const Clock* clock_;
    std::uint32_t has_held_;  // 1: there has been a pool with kScopeHeld
};

}  // namespace dregs
