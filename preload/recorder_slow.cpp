// The rare half of the recorder: first calls, losses, slices, frees that end a record or a module.
#include <cerrno>

#include "preload/lifecycle.h"
#include "preload/limiter.h"
#include "preload/recorder.h"
#include "preload/state.h"

namespace dregs {

namespace {

// Counts a loss that no thread's counters can take: in the trace once there is one. Who counted it before, while that
// began, looks again: either finds the other's store, since both are atomic exchanges before a look.
void count_in_header(std::uint64_t format::Header::*in_trace, std::uint64_t EarlyLoss::*before, std::uint64_t count) {
    if (load_acquire(g_state.phase) == Phase::kRecording) {
        fetch_add(g_state.file.header().*in_trace, count);
        return;
    }
    fetch_add(g_state.early.*before, count);
    if (load_acquire(g_state.phase) == Phase::kRecording) adopt_early_loss();
}

void forget_module(std::uint32_t module) {
    if (module) g_state.unwinder.forget_module(module);
}

// Threads do with plain stores what nobody else meddles with. Before somebody does for the first time, it says so, for
// good, and lets them come to the end of what they are at. Not busy meanwhile, as others may be waiting for this
// thread; unless this interrupts a hook, which is.
DREGS_COLD void wait_for_hooks(ThreadState& thread) {
    const std::uintptr_t busy = thread.busy;
    if (!thread.interrupts_hooks()) store_relaxed(thread.busy, std::uintptr_t{0});
    g_state.threads.wait_for_hooks(thread);
    store_relaxed(thread.busy, busy);
}

inline void expect_moves(ThreadState& thread) {
    if (DREGS_LIKELY(load_acquire(g_state.moves_ready) != 0)) return;
    store_release(g_state.rare_frees, 1u);
    wait_for_hooks(thread);
    store_release(g_state.moves_ready, 1u);
}

// Where `scope` is one that another thread entered.
inline void expect_visits(ThreadState& thread, std::uint64_t scope) {
    if (load_acquire(g_state.visits_ready) != 0 || !g_state.thread_scopes.is_anothers(thread, scope)) return;
    g_state.scopes.expect_visitors();
    wait_for_hooks(thread);
    store_release(g_state.visits_ready, 1u);
}

}  // namespace

void adopt_early_loss() {
    format::Header& header = g_state.file.header();
    EarlyLoss& early = g_state.early;
    const auto move = [](std::uint64_t& from, std::uint64_t& to) { fetch_add(to, exchange(from, std::uint64_t{0})); };
    move(early.allocs, header.lost_allocs);
    move(early.alloc_bytes, header.lost_alloc_bytes);
    move(early.frees, header.lost_frees);
    move(early.markers, header.lost_markers);
}

void say_waits_in_vain() {
    for (std::uint32_t waits = g_state.lock.take_waits_in_vain(); waits > 0; --waits)
        g_state.file.note(format::NoteCode::kGrowthFailed, EBUSY, nullptr);
}

DREGS_COLD ThreadState* start_this_thread() {
    const KeepErrno keep_errno;  // looking up the real functions goes through the loader
    if (load_acquire(g_state.phase) != Phase::kRecording && !start_recording()) return nullptr;
    ThreadState* thread = g_state.threads.start(t_thread);
    if (!thread) return nullptr;
    if (g_state.sample_bytes != 0) {
        const std::uint64_t seed = sys::monotonic_ns() ^ (std::uint64_t{thread->tid} << 32);
        thread->sampler.start(seed, g_state.sample_bytes);
    }
    if (g_state.ledger != 0 && !thread->free_memo.has_room())
        thread->free_memo.use(sys::map_private(StackMemo::bytes_for(g_state.max_frames)), g_state.max_frames);
    t_thread = thread;
    return thread;
}

// Before it, nobody may have known whether to sample.
DREGS_COLD void enter_first_alloc(void* block, std::size_t bytes, const Registers& caller) {
    if (!this_thread()) return count_lost_alloc(nullptr, bytes);
    if (!is_left_out(bytes)) enter_alloc(block, bytes, caller);
}

DREGS_COLD void count_lost_alloc(ThreadState* thread, std::uint64_t bytes) {
    if (thread) {
        add_local(thread->counters->unrecorded_allocs, 1);
        add_local(thread->counters->unrecorded_bytes, bytes);
        return;
    }
    count_in_header(&format::Header::lost_allocs, &EarlyLoss::allocs, 1);
    count_in_header(&format::Header::lost_alloc_bytes, &EarlyLoss::alloc_bytes, bytes);
}

DREGS_COLD void count_lost_free() { count_in_header(&format::Header::lost_frees, &EarlyLoss::frees, 1); }

DREGS_COLD void count_lost_marker(ThreadState* thread) {
    if (thread) return add_local(thread->counters->lost_markers, 1);
    count_in_header(&format::Header::lost_markers, &EarlyLoss::markers, 1);
}

void settle_at(ThreadState& thread, std::uint8_t level) {
    if (level == 0 && load_relaxed(thread.ready) == ThreadState::kUnsettled) g_state.thread_scopes.settle(thread);
}

void release_elsewhere(ThreadState& thread, std::uint32_t scope, const void* block, bool nested) {
    if (DREGS_UNLIKELY(scope == kUnattributedScope)) {
        return forget_module(g_state.modules.forget_link_map(reinterpret_cast<std::uintptr_t>(block)));
    }
    // The stock may be half changed where this handler interrupted its thread.
    g_state.scopes.count_release(nested ? nullptr : &thread.stock, scope);
    if (!nested) g_state.thread_scopes.end_if_empty(thread, scope);
}

DREGS_COLD void notice_unloading(const void* block) {
    forget_module(g_state.modules.forget_unrecorded(reinterpret_cast<std::uintptr_t>(block)));
}

void enter_special_block(const void* block, const Block& record, bool nested) {
    if (g_state.sample_bytes != 0) g_state.sampled.add(reinterpret_cast<std::uintptr_t>(block));
    if (g_state.limits.any()) enter_limited(record.scope, record.bytes, nested);
}

bool take_rare_block(const void* block, Block& taken) {
    const auto address = reinterpret_cast<std::uintptr_t>(block);
    if (!g_state.blocks.take_contended(address, taken)) return false;
    if (g_state.sample_bytes != 0) g_state.sampled.remove(address);
    if (g_state.limits.any()) leave_limited(taken.scope, taken.bytes);
    return true;
}

std::uint64_t attach_scope(ThreadState& thread, std::uint64_t scope) {
    expect_visits(thread, scope);
    return g_state.thread_scopes.attach(thread, scope);
}

void move_block(ThreadState& thread, const void* block, std::uint64_t scope) {
    expect_moves(thread);
    give_block(thread, block, scope);
}

void give_block(ThreadState& thread, const void* block, std::uint64_t scope) {
    expect_visits(thread, scope);
    if (scope && !g_state.thread_scopes.arrive(thread, scope)) return add_local(thread.counters->bad_markers, 1);
    const std::uint32_t to = scope ? handle_index(scope) : handle_index(thread.home);
    Block moved{};
    if (!scope) g_state.scopes.count_arrival(to);
    if (g_state.blocks.move(reinterpret_cast<std::uintptr_t>(block), to, moved)) {
        if (g_state.limits.any()) move_limited(moved.scope, to, moved.bytes);
        g_state.scopes.count_release(thread.usable_stock(), moved.scope);
        g_state.thread_scopes.end_if_empty(thread, moved.scope);
    } else {
        g_state.scopes.count_release(thread.usable_stock(), to);
        if (g_state.sample_bytes == 0) add_local(thread.counters->bad_markers, 1);  // not of the sample
    }
}

DREGS_COLD void renew_slice(ThreadState& thread) {
    {
        SlowSection section(g_state.lock);
        if (section.held()) {
            g_state.threads.identify(thread);
            say_waits_in_vain();
        }
    }
    g_state.thread_scopes.renew_slice(thread);
    store_relaxed(g_state.file.header().last_seen_cs, g_state.clock.now_cs());
}

}  // namespace dregs
