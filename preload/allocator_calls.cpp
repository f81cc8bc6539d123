// See allocator_calls.h.
#include "preload/allocator_calls.h"

#include "preload/state.h"
#include "preload/unwind/loaded_object.h"

namespace dregs {
namespace {

bool is_known(const void* block) { return g_state.blocks.knows(reinterpret_cast<std::uintptr_t>(block)); }

CodeRange code_around(const void* function) {
    LoadedObject object{};
    const bool found = find_object(reinterpret_cast<std::uintptr_t>(function), &object);
    return found ? CodeRange{object.map_start, object.map_end} : CodeRange{};
}

const void* exchange_releasing(const void* block) {
    ThreadState* thread = t_thread;
    if (DREGS_UNLIKELY(!thread)) return nullptr;
    const void* former = thread->releasing;
    store_relaxed(thread->releasing, block);
    return former;
}

void note_made(const void* block) {
    if (ThreadState* thread = t_thread) store_relaxed(thread->made, block);
}

}  // namespace

CodeRange g_own_code;
CodeRange g_allocator_code[kMostAllocators];

void know_own_code(const void* function) { g_own_code = code_around(function); }

void know_allocator(const void* function) {
    for (CodeRange& code : g_allocator_code) {
        if (code.holds(reinterpret_cast<std::uintptr_t>(function))) return;
        if (code.end != 0) continue;
        code = code_around(function);
        return;
    }
}

// Starts the thread, or an inner call would, and not know yet what is recorded.
std::uint64_t calls_so_far() {
    const ThreadState* thread = this_thread();
    return DREGS_LIKELY(thread && thread->counters) ? thread->counters->alloc_calls : 0;
}

DREGS_HOT void enter_made(void* block, std::size_t bytes, std::uint64_t calls, const Registers& caller) {
    if (DREGS_UNLIKELY(calls_so_far() != calls)) {
        if (g_state.sample_bytes != 0) return;  // the inner call has drawn for it
        take_back(block);
    }
    if (!is_left_out(bytes)) enter_alloc(block, bytes, caller);
    note_made(block);
}

// An inner free of a block that an outer one has taken out is told by `releasing`, or, where the outer one is of
// malloc's family, which says nothing, by its caller.
DREGS_HOT const void* begin_release(const void* block, const Registers& caller) {
    void* own = const_cast<void*>(block);
    if (!is_not_sampled(block) && (is_known(block) || !is_called_by_allocator(caller))) {
        if (DREGS_LIKELY(g_state.plain_frees != 0))
            take_free(own);
        else
            take_free_from(own, caller);
    }
    return exchange_releasing(block);
}

void end_release(const void* former) { exchange_releasing(former); }

void begin_remake(const void* block, const Registers& caller, RemadeBlock& remade) {
    take_for_realloc(const_cast<void*>(block), remade.taken);
    if (remade.taken.process == 0 && is_called_by_allocator(caller)) remade.taken.is_released_outside = true;
    remade.former = exchange_releasing(block);
    remade.calls = calls_so_far();
}

void finish_remake(void* moved, std::size_t bytes, const RemadeBlock& remade, const Registers& caller) {
    exchange_releasing(remade.former);
    if (DREGS_UNLIKELY(calls_so_far() != remade.calls)) take_back(moved);
    finish_realloc(moved, bytes, remade.taken, caller);
    note_made(moved);
}

void end_remake(void* block, bool freed, const RemadeBlock& remade, const Registers& caller) {
    exchange_releasing(remade.former);
    if (freed)
        finish_free(remade.taken, caller);
    else
        put_back(block, remade.taken);
}

void take_within(const void* from, std::size_t bytes, const Registers& caller) {
    constexpr std::size_t kLeastAlignment = 8;
    const char* block = static_cast<const char*>(from);
    for (std::size_t at = 0; at < bytes; at += kLeastAlignment) {
        if (!is_known(block + at)) continue;
        end_release(begin_release(block + at, caller));
        return;
    }
}

}  // namespace dregs
