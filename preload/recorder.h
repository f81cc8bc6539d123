// What the exported functions call: recording of blocks as they come and go.
//
// Preconditions: the caller owns the block (the real malloc has returned it, or the real free has not been called yet).
// None of these allocates or changes errno. Any thread, any signal handler.
//
//   malloc ─▶ real malloc ─▶ record_alloc ─▶ Unwinder::walk ─▶ StackTable::intern ─▶ BlockMap::insert
//   free   ─▶ record_free ─▶ BlockMap::take ─▶ real free
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

void record_alloc(void* block, std::size_t bytes, const Registers& caller);
void record_free(void* block);

// realloc in three steps: take the block out before the real call; then say how that ended.
struct TakenBlock {
    Block block;
    bool known;
};
TakenBlock take_for_realloc(void* block);
// The real call failed: the block is as it was.
void put_back(void* block, const TakenBlock& taken);
// The real call freed it.
void finish_free(const TakenBlock& taken);
// It is at `block` now, with `bytes`. It keeps its scope: growing does not change who owns it.
void finish_realloc(void* block, std::size_t bytes, const TakenBlock& taken, const Registers& caller);

// The stack that ends in `caller`; format::kStackNone when it cannot be kept.
std::uint32_t capture_stack(ThreadState& thread, std::uint8_t level, const Registers& caller);

// The block belongs to another open scope from now on; 0: to none.
void move_block(ThreadState& thread, const void* block, std::uint64_t scope);

// ---- recorder_slow.cpp

void count_lost_alloc(ThreadState* thread, std::uint64_t bytes);
void count_lost_free();
void count_lost_marker(ThreadState* thread);
// A block was taken out of a record that is not the thread's current one.
void release_elsewhere(ThreadState& thread, std::uint32_t scope, const void* block, bool nested);
void renew_slice(ThreadState& thread);

}  // namespace dregs
