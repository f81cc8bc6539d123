// The marker functions as the program sees them, and nothing else: find the thread, hand on. errno stays as it is: the
// shim's system calls do not touch it.
//
// A call may come from a signal handler that interrupts another, at any instruction of it; from one that interrupts
// three it is counted as lost. Compiled with frame pointers, so that the caller's state can be read off.
#include "dregs/api_table.h"
#include "dregs/span_table.h"
#include "preload/hook_guard.h"
#include "preload/recorder.h"
#include "preload/snapshot.h"
#include "preload/state.h"
#include "preload/system/attributes.h"

namespace {

using dregs::g_state;

// A thread's first call, or one that seems to interrupt a hook.
template <typename Mark>
DREGS_COLD std::uint64_t marked_slow(Mark mark) {
    dregs::ThreadState* thread = dregs::this_thread();
    if (!thread) return dregs::count_lost_marker(nullptr), 0;
    dregs::HookGuard busy(*thread);
    dregs::settle_at(*thread, busy.level());
    if (busy.level() >= dregs::ThreadState::kLevels) return dregs::count_lost_marker(thread), 0;
    busy.will_mark();
    return static_cast<std::uint64_t>(mark(*thread));
}

// Runs `mark(thread)` with the thread guarded. What it returns is the call's result; 0 when nothing is recorded.
template <typename Mark>
DREGS_INLINE std::uint64_t marked(Mark mark) {
    dregs::ThreadState* thread = dregs::t_thread;
    if (DREGS_UNLIKELY(!dregs::is_usual(thread))) return marked_slow(mark);
    const dregs::BusyGuard busy(*thread);
    return static_cast<std::uint64_t>(mark(*thread));
}

// The frame of the marker function that the program called: its caller's rbp, below the return address.
using Frame = const std::uintptr_t*;
#define DREGS_OWN_FRAME() static_cast<Frame>(__builtin_frame_address(0))

dregs::Registers caller_of(Frame frame) { return {frame[1], reinterpret_cast<std::uintptr_t>(frame + 2), frame[0]}; }

DREGS_COLD void look_at_edge(dregs::ThreadState& thread, std::uint32_t kind, dregs::format::ScopeEdgeKind edge,
                             Frame frame) {
    g_state.scope_edges.add(kind, dregs::capture_stack(thread, thread.level(), caller_of(frame)), edge);
}

// Keeps from where now and then. Either an instance has just been entered, or one of these counters was left.
DREGS_INLINE void note_begin(dregs::ThreadState& thread, Frame frame) {
    const dregs::format::KindCounters* counters = dregs::ThreadScopes::current_counters(thread);
    if (DREGS_UNLIKELY(counters && dregs::ScopeEdges::is_looked_at(counters->entered)))
        look_at_edge(thread, counters->kind, dregs::format::ScopeEdgeKind::kBegin, frame);
}
DREGS_INLINE void note_end(dregs::ThreadState& thread, const dregs::format::KindCounters* counters, Frame frame) {
    if (DREGS_UNLIKELY(counters && dregs::ScopeEdges::is_looked_at(counters->left)))
        look_at_edge(thread, counters->kind, dregs::format::ScopeEdgeKind::kEnd, frame);
}

// The same of an instance that is bound to no thread: it begins at `stack`, where it was opened.
void note_opened(dregs::ThreadState& thread, std::uint64_t handle, std::uint32_t stack) {
    const dregs::format::KindCounters* counters = g_state.thread_scopes.counters_of_open(thread, handle);
    if (counters && dregs::ScopeEdges::is_looked_at(counters->entered))
        g_state.scope_edges.add(counters->kind, stack, dregs::format::ScopeEdgeKind::kBegin);
}

// A handle, or the loss of one counted.
std::uint64_t counted(dregs::ThreadState& thread, std::uint64_t handle) {
    if (DREGS_UNLIKELY(!handle)) dregs::count_lost_marker(&thread);
    return handle;
}

DREGS_INLINE dregs_pool create_pool(const char* kind, const char* label, dregs_scope parent,
                                    const dregs::Registers& caller) {
    return marked([=](auto& thread) {
        const std::uint32_t stack = dregs::capture_stack(thread, thread.level(), caller);
        const std::uint64_t handle = counted(thread, g_state.pools.create(thread, kind, label, parent, stack));
        note_opened(thread, handle, stack);
        return handle;
    });
}

DREGS_INLINE void record_pool_alloc(dregs_pool pool, const void* block, size_t bytes, const dregs::Registers& caller,
                                    unsigned flags) {
    if (!pool) return;
    marked([=](auto& thread) {
        if (block) g_state.pools.count(thread, pool, flags & DREGS_POOL_RESIZED);
        if (flags & DREGS_POOL_MALLOC) return dregs::give_block(thread, block, pool), 0;
        if (dregs::is_left_out_of_pool(thread, bytes)) return 0;
        const std::uint32_t stack = dregs::capture_stack(thread, thread.level(), caller);
        return g_state.pools.alloc(thread, pool, block, bytes, stack), 0;
    });
}

// ---- for adapters: what only the table has

dregs::Registers registers_of(const dregs_caller& caller) { return {caller.pc, caller.sp, caller.bp}; }

DREGS_AMONG_MARKERS dregs_pool pool_create_at(const char* kind, const char* label, dregs_scope parent,
                                              const dregs_caller* caller) {
    return create_pool(kind, label, parent, registers_of(*caller));
}

DREGS_AMONG_MARKERS dregs_pool pool_enter(const char* kind, const char* label) {
    const Frame frame = DREGS_OWN_FRAME();
    return marked([=](auto& thread) {
        const std::uint64_t handle = counted(thread, g_state.pools.enter(thread, kind, label));
        if (DREGS_LIKELY(handle)) note_begin(thread, frame);
        return handle;
    });
}

DREGS_AMONG_MARKERS void pool_alloc_at(dregs_pool pool, const void* block, size_t bytes, const dregs_caller* caller,
                                       unsigned flags) {
    record_pool_alloc(pool, block, bytes, registers_of(*caller), flags);
}

DREGS_AMONG_MARKERS bool pool_take(dregs_pool pool, const void* block) {
    if (!pool || !block) return false;
    const dregs::Registers caller = DREGS_CAPTURE_CALLER();
    return marked([=](auto& thread) {
               const std::uint32_t stack = dregs::capture_release(thread, caller);
               return g_state.pools.take(thread, pool, block, stack);
           }) != 0;
}

DREGS_AMONG_MARKERS void block_give(const void* block, dregs_scope scope) {
    if (!block) return;
    marked([=](auto& thread) { return dregs::give_block(thread, block, scope), 0; });
}

DREGS_AMONG_MARKERS dregs_scope scope_current() {
    return marked([](auto& thread) { return g_state.thread_scopes.current_handle(thread); });
}

DREGS_AMONG_MARKERS void scope_label(dregs_scope scope, const char* label) {
    if (!scope || !label) return;
    marked([=](auto& thread) {
        if (!g_state.thread_scopes.set_label(scope, label)) dregs::add_local(thread.counters->bad_markers, 1);
        return 0;
    });
}

DREGS_AMONG_MARKERS dregs_pool pool_create_held(const char* kind, const char* label, dregs_scope parent,
                                                const void* anchor, const dregs_caller* caller) {
    const dregs::Registers registers = registers_of(*caller);
    return marked([=](auto& thread) {
        const std::uint32_t stack = dregs::capture_stack(thread, thread.level(), registers);
        const dregs_pool pool = g_state.pools.create_held(thread, kind, label, parent, stack, anchor);
        note_opened(thread, pool, stack);
        if (pool) dregs::give_block(thread, anchor, pool);
        return counted(thread, pool);
    });
}

DREGS_AMONG_MARKERS dregs_pool block_pool(const void* block) {
    return marked([=](auto&) {
        dregs::Block known{};
        const bool found = g_state.blocks.look(reinterpret_cast<std::uintptr_t>(block), known);
        return found ? g_state.thread_scopes.held_pool(known.scope) : DREGS_NO_BLOCK;
    });
}

DREGS_AMONG_MARKERS const void* pool_anchor(dregs_pool pool, const void* moved) {
    return reinterpret_cast<const void*>(
        marked([=](auto&) { return reinterpret_cast<std::uintptr_t>(g_state.pools.anchor(pool, moved)); }));
}

DREGS_AMONG_MARKERS void pool_reparent(dregs_pool pool, dregs_scope parent) {
    if (!pool) return;
    marked([=](auto& thread) {
        if (!g_state.thread_scopes.set_parent(pool, parent)) dregs::add_local(thread.counters->bad_markers, 1);
        return 0;
    });
}

// ---- for the span library

const dregs_span_action* actions_of(const dregs_span& span) {
    return reinterpret_cast<const dregs_span_action*>(reinterpret_cast<const char*>(&span.actions) + span.actions);
}
const char* kind_of(const dregs_span_action& action) {
    return reinterpret_cast<const char*>(&action.kind) + action.kind;
}

DREGS_INLINE void apply(const dregs_span_action& action, Frame frame) {
    const char* kind = kind_of(action);
    marked([=](auto& thread) {
        if (!action.begins) return note_end(thread, g_state.thread_scopes.end_span(thread, kind), frame), 0;
        if (counted(thread, g_state.thread_scopes.begin_span(thread, kind, frame[1],
                                                             reinterpret_cast<std::uintptr_t>(frame + 2))))
            note_begin(thread, frame);
        return 0;
    });
}

}  // namespace

extern "C" {

DREGS_MARKER dregs_scope dregs_scope_enter_labeled(const char* kind, const char* label) {
    const Frame frame = DREGS_OWN_FRAME();
    return marked([=](auto& thread) {
        const std::uint64_t handle = counted(thread, g_state.thread_scopes.enter(thread, kind, label));
        if (DREGS_LIKELY(handle)) note_begin(thread, frame);
        return handle;
    });
}

DREGS_MARKER dregs_scope dregs_scope_enter(const char* kind) { return dregs_scope_enter_labeled(kind, nullptr); }

DREGS_MARKER void dregs_scope_leave(dregs_scope scope) {
    if (!scope) return;
    const Frame frame = DREGS_OWN_FRAME();
    marked([=](auto& thread) { return note_end(thread, g_state.thread_scopes.leave(thread, scope), frame), 0; });
}

DREGS_MARKER dregs_scope dregs_scope_open(const char* kind, dregs_scope parent) {
    const dregs::Registers caller = DREGS_CAPTURE_CALLER();
    return marked([=](auto& thread) {
        const std::uint32_t stack = dregs::capture_stack(thread, thread.level(), caller);
        const std::uint64_t handle =
            counted(thread, g_state.thread_scopes.open(thread, kind, parent, dregs::format::kScopeUnbound, stack));
        note_opened(thread, handle, stack);
        return handle;
    });
}

DREGS_MARKER void dregs_scope_close(dregs_scope scope) {
    if (!scope) return;
    const Frame frame = DREGS_OWN_FRAME();
    marked([=](auto& thread) {
        const dregs::format::KindCounters* ended = nullptr;
        const bool closed = g_state.thread_scopes.close(thread, scope, dregs::format::kScopeUnbound, ended);
        if (!closed) dregs::add_local(thread.counters->bad_leaves, 1);
        return note_end(thread, ended, frame), 0;
    });
}

DREGS_MARKER dregs_scope dregs_scope_attach(dregs_scope scope) {
    return marked([=](auto& thread) { return dregs::attach_scope(thread, scope); });
}

DREGS_MARKER void dregs_scope_restore(dregs_scope previous) {
    marked([=](auto& thread) { return g_state.thread_scopes.restore(thread, previous), 0; });
}

DREGS_MARKER void dregs_block_move(const void* block, dregs_scope scope) {
    if (!block) return;
    marked([=](auto& thread) { return dregs::move_block(thread, block, scope), 0; });
}

DREGS_MARKER dregs_pool dregs_pool_create(const char* kind, dregs_scope parent) {
    return create_pool(kind, nullptr, parent ? parent : dregs::ThreadScopes::kCurrent, DREGS_CAPTURE_CALLER());
}

DREGS_MARKER void dregs_pool_alloc(dregs_pool pool, const void* block, size_t bytes) {
    record_pool_alloc(pool, block, bytes, DREGS_CAPTURE_CALLER(), 0);
}

DREGS_MARKER void dregs_pool_free(dregs_pool pool, const void* block) {
    if (!pool) return;
    const dregs::Registers caller = DREGS_CAPTURE_CALLER();
    marked([=](auto& thread) {
        const std::uint32_t stack = dregs::capture_release(thread, caller);
        return g_state.pools.free(thread, pool, block, stack), 0;
    });
}

DREGS_MARKER void dregs_pool_free_all(dregs_pool pool) {
    if (!pool) return;
    const dregs::Registers caller = DREGS_CAPTURE_CALLER();
    marked([=](auto& thread) {
        const std::uint32_t stack = dregs::capture_release(thread, caller);
        return g_state.pools.free_all(thread, pool, stack), 0;
    });
}

DREGS_MARKER void dregs_pool_destroy(dregs_pool pool) {
    if (!pool) return;
    const Frame frame = DREGS_OWN_FRAME();
    marked([=](auto& thread) {
        const std::uint32_t stack = dregs::capture_release(thread, caller_of(frame));
        return note_end(thread, g_state.pools.destroy(thread, pool, stack), frame), 0;
    });
}

DREGS_MARKER void dregs_span_crossed(const struct dregs_span* span, const uintptr_t* frame) {
    for (std::uint32_t i = 0; i < span->action_count; ++i) apply(actions_of(*span)[i], frame);
}

// So that a kind of which no instance ever began is in the trace, too.
DREGS_MARKER void dregs_span_known(const struct dregs_span* span) {
    marked([=](auto& thread) {
        for (std::uint32_t i = 0; i < span->action_count; ++i)
            (void)g_state.thread_scopes.know_kind(thread, kind_of(actions_of(*span)[i]));
        return 0;
    });
}

DREGS_MARKER void dregs_snapshot(const char* label) {
    marked([=](auto&) { return dregs::take_snapshot(label ? label : "snapshot"), 0; });
}

DREGS_MARKER bool dregs_active(void) { return dregs::this_thread() != nullptr; }

DREGS_MARKER const struct dregs_api* dregs_api_v1(void) {
    static const struct dregs_api kApi = {1,
                                          sizeof(struct dregs_api),
                                          dregs_scope_enter_labeled,
                                          dregs_scope_leave,
                                          dregs_scope_open,
                                          dregs_scope_close,
                                          dregs_scope_attach,
                                          dregs_scope_restore,
                                          dregs_block_move,
                                          dregs_pool_create,
                                          dregs_pool_alloc,
                                          dregs_pool_free,
                                          dregs_pool_free_all,
                                          dregs_pool_destroy,
                                          dregs_snapshot,
                                          dregs_active,
                                          pool_create_at,
                                          pool_enter,
                                          pool_alloc_at,
                                          pool_take,
                                          block_give,
                                          scope_current,
                                          scope_label,
                                          pool_create_held,
                                          block_pool,
                                          pool_anchor,
                                          pool_reparent};
    return &kApi;
}

}  // extern "C"
