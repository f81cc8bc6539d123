// What the exported functions call: recording of blocks as they come and go.
//
// Preconditions: the caller owns the block (the real malloc has returned it, or the real free has not been called yet).
// None of these allocates or changes errno. Any thread, any signal handler.
//
//   malloc ─▶ real malloc ─▶ record_alloc ─▶ Unwinder::follow ─▶ StackTable::intern ─▶ BlockMap::insert
//                              └▶ not of the sample: counted, no more
//   free   ─▶ record_free ─▶ BlockMap::take ─▶ real free
//                              ├▶ AddressFilter: not of the sample
//                              └▶ with a ledger: Unwinder::follow, Ledger::note
//   first call of a thread, new slice, loss: recorder_slow.cpp
#pragma once

#include <cstddef>
#include <cstdint>

#include "preload/blocks/block_map.h"
#include "preload/scopes/thread_state.h"
#include "preload/state.h"
#include "preload/unwind/unwind.h"

namespace dregs {

// Starts the shim and the calling thread as needed. Null: nothing can be recorded.
ThreadState* start_this_thread();

// The calling thread's state, null when nothing is recorded.
DREGS_INLINE ThreadState* this_thread() {
    ThreadState* thread = t_thread;
    return DREGS_LIKELY(thread && thread->ready) ? thread : start_this_thread();
}

// Whether the calling thread's hook is as most are: it has been started, no hook is interrupted, nothing is left to do
// for handlers that have been here.
DREGS_INLINE bool is_usual(const ThreadState* thread) {
    return DREGS_LIKELY(thread && thread->ready == ThreadState::kReady && thread->busy == 0);
}

// Whether an allocation is left out, of a sample. It is counted all the same.
DREGS_INLINE bool is_left_out(std::size_t bytes) {
    if (DREGS_LIKELY(g_state.sample_bytes == 0)) return false;
    ThreadState* thread = t_thread;
    if (DREGS_UNLIKELY(!thread || !thread->ready)) return false;  // asked again when it has been started
    if (DREGS_UNLIKELY(thread->sampler.takes(bytes))) {
        thread->sampler.draw(g_state.sample_bytes);
        return false;
    }
    format::ThreadCounters* counters = thread->counters;
    if (DREGS_UNLIKELY(!counters)) return false;  // forked and wiped in between, by a signal handler
    add_local(counters->alloc_calls, 1);
    add_local(counters->alloc_bytes, bytes);
    return true;
}
// Whether a block cannot be a recorded one.
inline bool is_not_sampled(const void* block) {
    return DREGS_UNLIKELY(g_state.sample_bytes != 0) &&
           !g_state.sampled.may_hold(reinterpret_cast<std::uintptr_t>(block));
}

void enter_alloc(void* block, std::size_t bytes, const Registers& caller);
// Inlined, so that a block of no sample costs no capture of registers either; the function that it stands in must have
// a frame pointer.
DREGS_INLINE void record_alloc(void* block, std::size_t bytes) {
    if (!is_left_out(bytes)) enter_alloc(block, bytes, DREGS_CAPTURE_CALLER());
}

void take_free(void* block);
// The same, and keeps from where if there is a ledger.
void take_free_from(void* block, const Registers& caller);
DREGS_INLINE void record_free(void* block) {
    if (DREGS_LIKELY(g_state.plain_frees != 0)) return take_free(block);
    if (!is_not_sampled(block)) take_free_from(block, DREGS_CAPTURE_CALLER());
}

// The block, if it is known, as though it had never been: an inner call recorded it (allocator_calls.h).
void take_back(void* block);

// realloc in three steps: take the block out before the real call; then say how that ended.
struct TakenBlock {
    Block block;
    // The process that knew it; 0: none did. A handler may fork between two of the steps and return in the child, which
    // knows no such block.
    std::uint32_t process;
    bool is_released_outside;  // by the call that this one is part of (allocator_calls.h)
};
void take_for_realloc(void* block, TakenBlock& taken);
// The real call failed: the block is as it was.
void put_back(void* block, const TakenBlock& taken);
// The real call freed it.
void finish_free(const TakenBlock& taken, const Registers& caller);
// It is at `block` now, with `bytes`. It keeps its scope: growing does not change who owns it.
void finish_realloc(void* block, std::size_t bytes, const TakenBlock& taken, const Registers& caller);

// The stack that ends in `caller`; format::kStackNone when it cannot be kept.
std::uint32_t capture_stack(ThreadState& thread, std::uint8_t level, const Registers& caller);

// The same where a ledger asks for it, for something that is released there; else format::kStackNone.
inline std::uint32_t capture_release(ThreadState& thread, const Registers& caller) {
    return g_state.ledger != 0 ? capture_stack(thread, thread.level(), caller) : format::kStackNone;
}

// The same as is_left_out, of a pool's block.
bool is_left_out_of_pool(ThreadState& thread, std::size_t bytes);
// ---- recorder_slow.cpp

// The first allocation of a thread.
void enter_first_alloc(void* block, std::size_t bytes, const Registers& caller);
// What handlers could not finish while they interrupted hooks. `level`: of the present hook; only at 0 is anything
// done.
void settle_at(ThreadState& thread, std::uint8_t level);
// The block belongs to another open scope from now on; 0: to none. Any thread, at any time: others may be freeing the
// block, or ending the scope.
void move_block(ThreadState& thread, const void* block, std::uint64_t scope);
// The same of a block that no other thread knows of.
void give_block(ThreadState& thread, const void* block, std::uint64_t scope);
// ThreadScopes::attach, to scopes of other threads, too.
std::uint64_t attach_scope(ThreadState& thread, std::uint64_t scope);
// A block of a sample has been recorded, or one where live bytes have a limit.
void enter_special_block(const void* block, const Block& record, bool nested);
// A block of such, or one that another thread may be moving.
bool take_rare_block(const void* block, Block& taken);
void count_lost_alloc(ThreadState* thread, std::uint64_t bytes);
void count_lost_free();
// What was lost before the trace was there is counted in it. Any thread, at any time from then on.
void adopt_early_loss();
void count_lost_marker(ThreadState* thread);
// A block was taken out of a record that is not the thread's current one.
void release_elsewhere(ThreadState& thread, std::uint32_t scope, const void* block, bool nested);
// A block was freed that is not in the table and may have been a link map.
void notice_unloading(const void* block);
void renew_slice(ThreadState& thread);
// Leaves a note when threads gave up waiting for the slow lock. Callers hold it.
void say_waits_in_vain();

}  // namespace dregs
