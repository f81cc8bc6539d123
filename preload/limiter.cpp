#include "preload/limiter.h"

#include <cerrno>

#include "preload/hook_guard.h"
#include "preload/recorder.h"
#include "preload/snapshot.h"
#include "preload/state.h"
#include "preload/system/real.h"
#include "preload/system/text.h"

namespace dregs {
namespace {

constexpr std::size_t kLabelBytes = Limits::kNameBytes + 8;

RealFunctions g_unguarded;

std::uint32_t kind_of(std::uint32_t scope) {
    const format::Scope* record = g_state.scopes.find(scope);
    return record ? load_relaxed(record->kind) : 0;
}

std::uint32_t current_kind() {
    const ThreadState* thread = t_thread;
    return thread && thread->ready ? load_relaxed(load_relaxed(thread->top)->record_at->kind) : 0;
}

// `name`: as Limits has it.
DREGS_COLD void tell_limit(const char* name) {
    char label[kLabelBytes];
    Text text(label, sizeof label);
    text.add("limit");
    if (name[0]) text.add('-').add(name);
    take_snapshot(label);
    SlowSection section(g_state.lock);
    if (section.held()) {
        const char* detail = name[0] ? name : nullptr;
        g_state.notes.add(format::NoteCode::kLimitPassed, 0, detail, g_state.clock.now_cs());
    }
}

// Runs `tell()` as a hook.
template <typename Tell>
void tell_as_hook(Tell tell) {
    const KeepErrno keep_errno;
    ThreadState* thread = this_thread();
    if (!thread) return;
    const HookGuard busy(*thread);
    tell();
}

void* guarded_malloc(std::size_t bytes) { return refuses(bytes) ? nullptr : g_unguarded.malloc(bytes); }

void* guarded_calloc(std::size_t count, std::size_t bytes) {
    std::size_t total = 0;
    const bool fits = !__builtin_mul_overflow(count, bytes, &total);  // else the allocator has its own answer
    return fits && refuses(total) ? nullptr : g_unguarded.calloc(count, bytes);
}

// The former block is not counted at this moment: it has been taken out.
void* guarded_realloc(void* block, std::size_t bytes) {
    return bytes != 0 && refuses(bytes) ? nullptr : g_unguarded.realloc(block, bytes);
}

int guarded_posix_memalign(void** out, std::size_t alignment, std::size_t bytes) {
    const int saved = errno;  // which this function leaves alone
    if (!refuses(bytes)) return g_unguarded.posix_memalign(out, alignment, bytes);
    errno = saved;
    return ENOMEM;
}

void* guarded_aligned_alloc(std::size_t alignment, std::size_t bytes) {
    return refuses(bytes) ? nullptr : g_unguarded.aligned_alloc(alignment, bytes);
}
void* guarded_memalign(std::size_t alignment, std::size_t bytes) {
    return refuses(bytes) ? nullptr : g_unguarded.memalign(alignment, bytes);
}
void* guarded_valloc(std::size_t bytes) { return refuses(bytes) ? nullptr : g_unguarded.valloc(bytes); }
void* guarded_pvalloc(std::size_t bytes) { return refuses(bytes) ? nullptr : g_unguarded.pvalloc(bytes); }

}  // namespace

bool g_refuses;

bool refuses(std::size_t bytes) {
    const std::uint32_t kind = current_kind();
    if (DREGS_LIKELY(!g_state.limits.passed(kind, bytes))) return false;
    fetch_add(g_state.file.header().refused_allocs, std::uint64_t{1});
    tell_as_hook([&] {
        if (const char* name = g_state.limits.newly_passed(kind, bytes)) tell_limit(name);
    });
    errno = ENOMEM;
    return true;
}

void enter_limited(std::uint32_t scope, std::uint64_t bytes, bool nested) {
    const std::uint32_t kind = kind_of(scope);
    g_state.limits.add(kind, bytes);
    if (nested) return;
    if (const char* name = g_state.limits.newly_passed(kind, 0)) tell_limit(name);
}

void leave_limited(std::uint32_t scope, std::uint64_t bytes) { g_state.limits.subtract(kind_of(scope), bytes); }

void move_limited(std::uint32_t from, std::uint32_t to, std::uint64_t bytes) {
    g_state.limits.move(kind_of(from), kind_of(to), bytes);
}

// It may be the program's first: whether somebody wants to know is found out when the process is started.
DREGS_COLD void note_failed_alloc(std::size_t bytes) {
    const KeepErrno keep_errno;
    if (!this_thread() || !g_state.watches_failures || g_state.limits.passed(current_kind(), bytes)) return;
    std::uint32_t told = 0;
    if (!compare_exchange(g_state.told_failure, told, 1u)) return;
    tell_as_hook([] { take_snapshot("failed"); });
}

DREGS_COLD void note_refused_alloc(std::size_t bytes) {
    if (errno == ENOMEM) note_failed_alloc(bytes);
}

DREGS_COLD void note_unexplained_alloc(std::size_t bytes) {
    if (errno != EINVAL) note_failed_alloc(bytes);
}

void guard_allocator() {
    if (g_unguarded.malloc) return;
    g_unguarded = g_real;
    g_refuses = true;
#define DREGS_GUARD(name) store_release(g_real.name, &guarded_##name)
    DREGS_GUARD(malloc);
    DREGS_GUARD(calloc);
    DREGS_GUARD(realloc);
    DREGS_GUARD(posix_memalign);
    DREGS_GUARD(aligned_alloc);
    DREGS_GUARD(memalign);
    DREGS_GUARD(valloc);
    DREGS_GUARD(pvalloc);
#undef DREGS_GUARD
}

}  // namespace dregs
