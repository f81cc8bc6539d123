#include "preload/recorder.h"

#include "preload/hook_guard.h"
#include "preload/limiter.h"

namespace dregs {
namespace {

inline std::uintptr_t address_of(const void* block) { return reinterpret_cast<std::uintptr_t>(block); }

// A block left `scope`, or never came into it for lack of room.
DREGS_INLINE void release(ThreadState& thread, std::uint32_t scope, const void* block, bool nested) {
    const ScopeFrame* const top = load_relaxed(thread.top);
    if (DREGS_LIKELY(scope == top->record)) return add_local(top->record_at->live, -1);
    release_elsewhere(thread, scope, block, nested);
}

// A block came twice: once its free was not seen; or an inner call recorded what this one returns.
DREGS_COLD void replace_block(ThreadState& thread, void* block, const Block& record, const Block& replaced,
                              bool nested) {
    if (thread.made == block) {
        add_local(thread.counters->alloc_calls, -1);
        add_local(thread.counters->alloc_bytes, -replaced.bytes);
    } else {
        add_local(thread.counters->replaced_blocks, 1);
        if (g_state.ledger != 0)
            g_state.releases.note(thread, nested ? 1 : 0, replaced, format::kStackNone, format::ReleaseKind::kUnseen);
    }
    if (g_state.limits.any()) leave_limited(replaced.scope, replaced.bytes);
    if (g_state.limits.any()) enter_limited(record.scope, record.bytes, nested);
    release(thread, replaced.scope, block, nested);
}

DREGS_INLINE void enter_block(ThreadState& thread, void* block, const Block& record, bool nested) {
    Block replaced;
    const BlockMap::Insert result = g_state.blocks.insert(address_of(block), record, replaced);
    if (DREGS_UNLIKELY(result == BlockMap::Insert::kNoRoom)) {
        release(thread, record.scope, block, nested);
        return count_lost_alloc(&thread, record.bytes);
    }
    add_local(thread.counters->alloc_calls, 1);
    add_local(thread.counters->alloc_bytes, record.bytes);
    if (DREGS_UNLIKELY(result == BlockMap::Insert::kReplaced)) {
        replace_block(thread, block, record, replaced, nested);
    } else if (DREGS_UNLIKELY(g_state.special_allocs != 0)) {
        enter_special_block(block, record, nested);
    }
}

inline bool take_block(const void* block, Block& taken) {
    if (DREGS_UNLIKELY(load_relaxed(g_state.rare_frees) != 0)) return take_rare_block(block, taken);
    return DREGS_LIKELY(g_state.blocks.take(address_of(block), taken));
}

// A block was given back that is not in the table; in a forked child most such blocks are the parent's, in a sampled
// trace they are not of the sample. It may be a link map.
inline void count_unknown_free(ThreadState& thread, const void* block) {
    if (DREGS_UNLIKELY(g_state.modules.may_be_link_map(address_of(block)))) notice_unloading(block);
    if (g_state.sample_bytes != 0 || (block && thread.releasing == block)) return;
    add_local(g_state.forked ? thread.counters->inherited_frees : thread.counters->unknown_frees, 1);
}

inline bool slice_is_over(const ThreadState& thread) {
    return g_state.clock.now_ns() >= load_relaxed(thread.top)->slice_end_ns;
}

}  // namespace

// The walk that asks nothing of the thread's last one: the stack is not whole, or an interrupted hook is using that.
static std::uint32_t walk_stack(ThreadState& thread, std::uint8_t level, const Registers& caller) {
    std::uint64_t* locations = thread.locations[level];
    const Walk walk = g_state.unwinder.walk(caller, locations, g_state.max_frames, &thread.memo.own_stack());
    const std::uint32_t stack = g_state.stacks.intern(locations, walk.frames, walk.root);
    if (DREGS_UNLIKELY(walk.root != format::kStackWhole || !stack)) add_local(thread.counters->cut_stacks, 1);
    return stack;
}

DREGS_INLINE static std::uint32_t capture_stack(ThreadState& thread, std::uint8_t level, const Registers& caller,
                                                StackMemo& memo) {
    if (DREGS_UNLIKELY(level != 0 || !g_state.unwinder.follow(caller, memo, g_state.max_frames))) {
        return walk_stack(thread, level, caller);
    }
    const std::uint32_t stack = memo.intern(g_state.stacks);
    if (DREGS_UNLIKELY(!stack || memo.root() != format::kStackWhole)) add_local(thread.counters->cut_stacks, 1);
    return stack;
}

DREGS_HOT std::uint32_t capture_stack(ThreadState& thread, std::uint8_t level, const Registers& caller) {
    return capture_stack(thread, level, caller, thread.memo);
}

bool is_left_out_of_pool(ThreadState& thread, std::size_t bytes) {
    if (DREGS_LIKELY(g_state.sample_bytes == 0)) return false;
    if (thread.sampler.takes(bytes)) {
        thread.sampler.draw(g_state.sample_bytes);
        return false;
    }
    add_local(thread.counters->pool_allocs, 1);
    return true;
}

// `level`: how many hooks this one interrupts.
DREGS_INLINE static void enter_alloc_at(ThreadState& thread, std::uint8_t level, void* block, std::size_t bytes,
                                        const Registers& caller) {
    g_state.blocks.prefetch(address_of(block));
    if (DREGS_UNLIKELY(level == 0 && slice_is_over(thread))) renew_slice(thread);
    const std::uint32_t stack = capture_stack(thread, level, caller);
    const ScopeFrame* const top = load_relaxed(thread.top);
    add_local(top->record_at->live, 1);
    enter_block(thread, block, {bytes, stack, top->record}, level != 0);
}

DREGS_COLD static void enter_unusual_alloc(void* block, std::size_t bytes, const Registers& caller) {
    ThreadState* thread = t_thread;
    if (!thread || !thread->ready) return enter_first_alloc(block, bytes, caller);
    const HookGuard busy(*thread);
    settle_at(*thread, busy.level());
    if (busy.level() >= ThreadState::kLevels) return count_lost_alloc(thread, bytes);
    enter_alloc_at(*thread, busy.level(), block, bytes, caller);
}

DREGS_HOT void enter_alloc(void* block, std::size_t bytes, const Registers& caller) {
    ThreadState* thread = t_thread;
    if (DREGS_UNLIKELY(!is_usual(thread))) return enter_unusual_alloc(block, bytes, caller);
    const BusyGuard busy(*thread);
    enter_alloc_at(*thread, 0, block, bytes, caller);
}

DREGS_INLINE static void take_free_at(ThreadState& thread, std::uint8_t level, void* block) {
    Block taken;
    if (DREGS_UNLIKELY(!take_block(block, taken))) return count_unknown_free(thread, block);
    add_local(thread.counters->free_calls, 1);
    release(thread, taken.scope, block, level != 0);
}

DREGS_COLD static void take_unusual_free(void* block) {
    ThreadState* thread = this_thread();
    if (!thread) return count_lost_free();
    const HookGuard busy(*thread);
    settle_at(*thread, busy.level());
    take_free_at(*thread, busy.level(), block);
}

DREGS_HOT void take_free(void* block) {
    ThreadState* thread = t_thread;
    // What the real free will change is often in another thread's cache, like our word for it: fetch both at once.
    __builtin_prefetch(static_cast<const char*>(block) - 16, 1);
    if (DREGS_UNLIKELY(!is_usual(thread))) return take_unusual_free(block);
    const BusyGuard busy(*thread);
    take_free_at(*thread, 0, block);
}

// The stack first: a process that is killed meanwhile has the block where it was.
DREGS_INLINE static void take_free_from_at(ThreadState& thread, std::uint8_t level, void* block,
                                           const Registers& caller) {
    // A thread that only frees must know how late it is, too.
    if (DREGS_UNLIKELY(level == 0 && slice_is_over(thread))) renew_slice(thread);
    const std::uint32_t stack =
        DREGS_LIKELY(level < ThreadState::kLevels) ? capture_stack(thread, level, caller, thread.free_memo) : 0;
    Block taken{};
    if (DREGS_UNLIKELY(!take_block(block, taken))) {
        if (thread.releasing != block)
            g_state.releases.note(thread, level, taken, stack, format::ReleaseKind::kUnknown);
        return count_unknown_free(thread, block);
    }
    add_local(thread.counters->free_calls, 1);
    g_state.releases.note(thread, level, taken, stack, format::ReleaseKind::kFreed);
    release(thread, taken.scope, block, level != 0);
}

DREGS_COLD static void take_unusual_free_from(void* block, const Registers& caller) {
    ThreadState* thread = this_thread();
    if (!thread || g_state.ledger == 0) return take_free(block);
    const HookGuard busy(*thread);
    settle_at(*thread, busy.level());
    take_free_from_at(*thread, busy.level(), block, caller);
}

DREGS_HOT void take_free_from(void* block, const Registers& caller) {
    ThreadState* thread = t_thread;
    __builtin_prefetch(static_cast<const char*>(block) - 16, 1);
    g_state.blocks.prefetch(address_of(block));
    if (DREGS_UNLIKELY(!is_usual(thread) || g_state.ledger == 0)) return take_unusual_free_from(block, caller);
    const BusyGuard busy(*thread);
    take_free_from_at(*thread, 0, block, caller);
}

DREGS_COLD void take_back(void* block) {
    ThreadState* thread = this_thread();
    if (!thread) return;
    const HookGuard busy(*thread);
    Block taken{};
    if (!take_block(block, taken)) return;
    add_local(thread->counters->alloc_calls, -1);
    add_local(thread->counters->alloc_bytes, -taken.bytes);
    release(*thread, taken.scope, block, busy.level() != 0);
}

static bool is_known(const TakenBlock& taken) { return taken.process != 0 && taken.process == g_state.process; }

void take_for_realloc(void* block, TakenBlock& taken) {
    if (is_not_sampled(block)) return;
    ThreadState* thread = this_thread();
    if (DREGS_UNLIKELY(!thread)) return;
    const HookGuard busy(*thread);
    if (take_block(block, taken.block))
        taken.process = g_state.process;
    else
        taken.is_released_outside = thread->releasing == block;
}

// A block that is live, but cannot be put back: as if it had been freed and another that is not recorded allocated.
DREGS_COLD static void lose_taken(const Block& block) {
    ThreadState* thread = this_thread();
    if (!thread) return count_lost_alloc(nullptr, block.bytes);
    const HookGuard busy(*thread);
    add_local(thread->counters->free_calls, 1);
    release(*thread, block.scope, nullptr, busy.level() != 0);
    count_lost_alloc(thread, block.bytes);
}

void put_back(void* block, const TakenBlock& taken) {
    if (!is_known(taken)) return;
    Block replaced;
    // A neighbour may have its granule by now, and there be no room aside.
    if (g_state.blocks.insert(address_of(block), taken.block, replaced) == BlockMap::Insert::kNoRoom)
        return lose_taken(taken.block);
    if (g_state.sample_bytes != 0) g_state.sampled.add(address_of(block));
    if (g_state.limits.any()) g_state.limits.add(g_state.scopes.at(taken.block.scope).kind, taken.block.bytes);
}

void finish_free(const TakenBlock& taken, const Registers& caller) {
    if (taken.is_released_outside) return;
    ThreadState* thread = this_thread();
    if (DREGS_UNLIKELY(!thread)) return count_lost_free();
    const HookGuard busy(*thread);
    if (DREGS_UNLIKELY(g_state.ledger != 0)) {
        const std::uint8_t level = busy.level();
        const std::uint32_t stack = level < ThreadState::kLevels ? capture_stack(*thread, level, caller) : 0;
        g_state.releases.note(*thread, level, taken.block, stack,
                              is_known(taken) ? format::ReleaseKind::kFreed : format::ReleaseKind::kUnknown);
    }
    if (!is_known(taken)) return count_unknown_free(*thread, nullptr);
    add_local(thread->counters->free_calls, 1);
    release(*thread, taken.block.scope, nullptr, busy.level() != 0);
}

void finish_realloc(void* block, std::size_t bytes, const TakenBlock& taken, const Registers& caller) {
    if (!is_known(taken)) {
        finish_free(taken, caller);
        if (!is_left_out(bytes)) enter_alloc(block, bytes, caller);
        return;
    }
    if (is_left_out(bytes)) return finish_free(taken, caller);
    ThreadState* thread = this_thread();
    if (DREGS_UNLIKELY(!thread)) return count_lost_alloc(nullptr, bytes);
    const HookGuard busy(*thread);
    add_local(thread->counters->free_calls, 1);
    const std::uint8_t level = busy.level();
    if (DREGS_UNLIKELY(level >= ThreadState::kLevels)) {
        if (g_state.ledger != 0) g_state.releases.note(*thread, level, taken.block, 0, format::ReleaseKind::kFreed);
        release(*thread, taken.block.scope, nullptr, true);
        return count_lost_alloc(thread, bytes);
    }
    const std::uint32_t stack = capture_stack(*thread, level, caller);
    if (DREGS_UNLIKELY(g_state.ledger != 0))
        g_state.releases.note(*thread, level, taken.block, stack, format::ReleaseKind::kMoved);
    enter_block(*thread, block, {bytes, stack, taken.block.scope}, level != 0);
}

}  // namespace dregs
