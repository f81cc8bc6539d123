#include "preload/scopes/thread_scopes.h"

namespace dregs {
namespace {

__attribute__((no_sanitize("address", "thread"))) inline std::uint64_t load_foreign_bytes(const char* text) {
    std::uint64_t bytes;
    __builtin_memcpy(&bytes, text, sizeof bytes);
    return bytes;
}

using format::KindCounters;
using format::Scope;

constexpr std::uint64_t KindCounters::*kNothingMore = nullptr;

ScopeFrame& top(ThreadState& thread) { return thread.frames[thread.depth - 1]; }

bool is_attached(const ScopeFrame& frame) { return frame.origin == ScopeFrame::kByAttach; }

bool names(const ScopeFrame& frame, std::uint64_t scope) {
    return make_handle(frame.instance, frame.generation) == scope;
}

}  // namespace

void ThreadScopes::attach_tables(ScopeTable& scopes, Kinds& kinds, SlowLock& lock, const Clock& clock) {
    scopes_ = &scopes;
    kinds_ = &kinds;
    lock_ = &lock;
    clock_ = &clock;
}

// ---------------------------------------------------------------------------------------------------------------------
// Kinds and their counters, remembered by the thread

// Whether a text is still what it was: the same pointer may hold another by now. Eight bytes can be read at once where
// no page ends within them.
inline bool same_text(const KindEntry& entry, const char* text) {
    constexpr std::uintptr_t kPage = 4096;
    std::uint32_t i = 0;
    if (DREGS_LIKELY(reinterpret_cast<std::uintptr_t>(text) % kPage <= kPage - sizeof entry.head)) {
        if ((load_foreign_bytes(text) & entry.head_mask) != entry.head) return false;
        if (DREGS_LIKELY(entry.length < sizeof entry.head)) return true;
        i = sizeof entry.head;
    }
    for (; i < entry.length; ++i) {
        if (text[i] != entry.name[i] || !text[i]) return false;
    }
    return !text[entry.length];
}

inline const KindEntry* ThreadScopes::kind_of(ThreadState& thread, const char* name, std::uint64_t outer) {
    if (!name) name = "";
    KindEntry& entry = thread.kinds[(reinterpret_cast<std::uintptr_t>(name) >> 2) % ThreadState::kKindEntries];
    if (DREGS_LIKELY(entry.text == name && same_text(entry, name))) return &entry;
    return learn_kind(thread, name, outer, entry);
}

DREGS_COLD const KindEntry* ThreadScopes::learn_kind(ThreadState& thread, const char* name, std::uint64_t outer,
                                                     KindEntry& entry) {
    std::uint32_t kind = 0;
    {
        SlowSection section(*lock_);
        const Scope* parent = open_instance(outer);
        if (section.held()) kind = kinds_->find_or_add(name, parent ? parent->kind : 0);
    }
    if (!kind) return nullptr;
    entry.text = name;
    entry.kind = kind;
    entry.name = kinds_->name(kind, entry.length);
    entry.head = 0;
    entry.head_mask =
        entry.length < sizeof entry.head - 1 ? (std::uint64_t{1} << 8 * (entry.length + 1)) - 1 : ~std::uint64_t{0};
    for (std::uint32_t i = 0; i < entry.length && i < sizeof entry.head; ++i)
        entry.head |= std::uint64_t{static_cast<unsigned char>(entry.name[i])} << 8 * i;
    entry.counters = counters_of(thread, kind);
    return &entry;
}

KindCounters* ThreadScopes::counters_of(ThreadState& thread, std::uint32_t kind) {
    if (DREGS_LIKELY(thread.kind_counters && thread.kind_counters[kind])) {
        return &kinds_->counters(thread.kind_counters[kind]);
    }
    if (!thread.kind_counters) {
        thread.kind_counters = static_cast<std::uint32_t*>(sys::map_private(kMaxKinds * sizeof(std::uint32_t)));
        if (!thread.kind_counters) return nullptr;
    }
    SlowSection section(*lock_);
    const std::uint32_t index = section.held() ? kinds_->add_counters(kind, thread.slot) : 0;
    if (!index) return nullptr;
    thread.kind_counters[kind] = index;
    return &kinds_->counters(index);
}

inline void ThreadScopes::count_end(KindCounters* counters, bool clean, std::uint64_t KindCounters::*also) {
    if (!counters) return;
    add_local(counters->left, 1);
    if (clean) add_local(counters->clean, 1);
    if (also != kNothingMore) add_local(counters->*also, 1);
}

// ---------------------------------------------------------------------------------------------------------------------
// Frames

inline void ThreadScopes::make_current(ThreadState& thread) {
    const ScopeFrame& frame = top(thread);
    thread.current_record = frame.record_at;
    thread.slice_end_ns = frame.slice_end_ns;
    thread.current = frame.record;
}

DREGS_COLD bool ThreadScopes::add_frames(ThreadState& thread) {
    const std::uint32_t capacity = thread.capacity * 4;
    auto* frames = static_cast<ScopeFrame*>(sys::map_private(capacity * sizeof(ScopeFrame)));
    if (!frames) return false;
    for (std::uint32_t i = 0; i < thread.depth; ++i) frames[i] = thread.frames[i];
    thread.frames = frames;
    thread.capacity = capacity;
    return true;
}

inline bool ThreadScopes::reserve_frame(ThreadState& thread) {
    return DREGS_LIKELY(thread.depth < thread.capacity) || add_frames(thread);
}

inline bool ThreadScopes::push(ThreadState& thread, const ScopeFrame& frame) {
    if (!reserve_frame(thread)) return false;
    thread.frames[thread.depth++] = frame;
    make_current(thread);
    return true;
}

void ThreadScopes::end_record(ThreadState& thread, std::uint32_t record, std::uint32_t more_flags, bool& clean) {
    scopes_->end(&thread.stock, record, clock_->now_cs(), more_flags, clean);
}

// Ends the innermost frame: its share, and the instance too when it was entered here.
void ThreadScopes::pop(ThreadState& thread, std::uint32_t more_flags, std::uint64_t KindCounters::*also) {
    const ScopeFrame& frame = top(thread);  // stays where it is until the next push
    if (--thread.depth) make_current(thread);
    bool clean = false;
    const bool shared = frame.record != frame.instance;
    if (DREGS_UNLIKELY(shared)) end_record(thread, frame.record, 0, clean);
    if (is_attached(frame)) return;
    if (DREGS_LIKELY(!shared && scopes_->end_own_empty(thread.stock, {frame.instance, frame.record_at})))
        clean = true;
    else
        end_record(thread, frame.instance, more_flags, clean);
    count_end(frame.counters, clean, also);
}

// The caller has counted the share's arrival.
std::uint32_t ThreadScopes::begin_share(ThreadState& thread, std::uint32_t instance, std::uint32_t generation) {
    const ScopeBirth birth{
        scopes_->at(instance).kind, format::kScopeShare, thread.tid, thread.name, instance, generation,
        clock_->now_cs(),           format::kStackNone,  nullptr};
    const std::uint32_t share = scopes_->begin(&thread.stock, birth).index;
    if (!share) scopes_->count_release(&thread.stock, instance);
    return share;
}

DREGS_COLD void ThreadScopes::renew_slice(ThreadState& thread) {
    const std::uint64_t now = clock_->now_ns();
    ScopeFrame& frame = top(thread);
    frame.slice_end_ns = clock_->slice_end_ns(now);
    thread.slice_end_ns = frame.slice_end_ns;
    scopes_->count_arrival(frame.instance);
    const std::uint32_t share = begin_share(thread, frame.instance, frame.generation);
    if (!share) return;  // the block's age will be taken for older than it is
    const std::uint32_t former = frame.record;
    frame.record = share;
    frame.record_at = &scopes_->at(share);
    make_current(thread);
    bool clean = false;
    if (former != frame.instance) end_record(thread, former, 0, clean);
}

// ---------------------------------------------------------------------------------------------------------------------
// Threads

void ThreadScopes::begin_thread(ThreadState& thread) {
    thread.frames = thread.inline_frames;
    thread.capacity = ThreadState::kInlineFrames;
    thread.depth = 0;
    const std::uint64_t now = clock_->now_ns();
    const ScopeBirth birth{0, 0, thread.tid, thread.name, 0, 0, clock_->centiseconds(now), format::kStackNone, nullptr};
    std::uint32_t instance = scopes_->begin(&thread.stock, birth).index;
    if (!instance) instance = kUnattributedScope;
    Scope* record = &scopes_->at(instance);
    push(thread,
         {instance, format::scope_generation(record->status), instance, 0, clock_->slice_end_ns(now), record, nullptr});
}

DREGS_COLD void ThreadScopes::abandon(ThreadState& thread) {
    while (thread.depth > 1) pop(thread, format::kScopeAbandoned, &KindCounters::abandoned);
    if (thread.depth && top(thread).instance != kUnattributedScope) pop(thread, 0, kNothingMore);
    thread.depth = 0;
}

// ---------------------------------------------------------------------------------------------------------------------
// Marker calls

Scope* ThreadScopes::open_instance(std::uint64_t scope) const {
    Scope* record = scopes_->find(handle_index(scope));
    if (!record) return nullptr;
    const std::uint64_t status = load_acquire(record->status);
    const bool open = format::scope_state(status) == format::ScopeState::kOpen &&
                      format::scope_generation(status) == handle_generation(scope) &&
                      !(format::scope_flags(status) & format::kScopeShare);
    return open ? record : nullptr;
}

bool ThreadScopes::arrive(ThreadState& thread, std::uint64_t scope) {
    if (!open_instance(scope)) return false;
    scopes_->count_arrival(handle_index(scope));
    if (open_instance(scope)) return true;
    scopes_->count_release(&thread.stock, handle_index(scope));
    return false;
}

bool ThreadScopes::is_anothers(const ThreadState& thread, std::uint64_t scope) const {
    const Scope* record = open_instance(scope);
    if (!record || load_relaxed(record->tid) == thread.tid) return false;
    const std::uint32_t flags = format::scope_flags(load_relaxed(record->status));
    return (flags & format::kScopeEntered) || !(flags & (format::kScopeUnbound | format::kScopePool));
}

std::uint64_t ThreadScopes::current_handle(const ThreadState& thread) const {
    const ScopeFrame& frame = thread.frames[thread.depth - 1];
    return frame.instance == thread.frames[0].instance ? 0 : make_handle(frame.instance, frame.generation);
}

std::uint64_t ThreadScopes::enter(ThreadState& thread, const char* kind_name, const char* label, std::uint32_t flags) {
    const std::uint64_t outer = current_handle(thread);
    const KindEntry* kind = kind_of(thread, kind_name, outer);
    if (DREGS_UNLIKELY(!kind || !reserve_frame(thread))) return 0;
    const std::uint64_t now = clock_->now_ns();
    const ScopeBirth birth{kind->kind,
                           flags,
                           thread.tid,
                           thread.name,
                           handle_index(outer),
                           handle_generation(outer),
                           clock_->centiseconds(now),
                           format::kStackNone,
                           label};
    const ScopePlace instance = scopes_->begin(&thread.stock, birth);
    if (DREGS_UNLIKELY(!instance.index)) return 0;
    const std::uint32_t generation = format::scope_generation(load_relaxed(instance.at->status));
    push(thread,
         {instance.index, generation, instance.index, 0, clock_->slice_end_ns(now), instance.at, kind->counters});
    if (kind->counters) add_local(kind->counters->entered, 1);
    return make_handle(instance.index, generation);
}

const KindCounters* ThreadScopes::leave(ThreadState& thread, std::uint64_t scope) {
    std::uint32_t depth = thread.depth;
    while (depth > 1 && !is_attached(thread.frames[depth - 1]) && !names(thread.frames[depth - 1], scope)) --depth;
    if (depth <= 1 || is_attached(thread.frames[depth - 1])) return add_local(thread.counters->bad_leaves, 1), nullptr;
    return leave_down_to(thread, depth);
}

const KindCounters* ThreadScopes::leave_down_to(ThreadState& thread, std::uint32_t depth) {
    while (thread.depth > depth) pop(thread, 0, &KindCounters::missed_leaves);
    const KindCounters* counters = top(thread).counters;
    pop(thread, 0, kNothingMore);
    return counters;
}

// The caller's frame and the place in it, of 32 bits: two that are open at once may be taken for one by chance, and
// then the outer ends early.
static std::uint32_t origin_of(std::uint32_t kind, std::uintptr_t pc, std::uintptr_t sp) {
    const std::uint64_t mixed =
        ((std::uint64_t{pc} ^ std::uint64_t{kind} << 48) + (std::uint64_t{sp} << 16 | sp >> 48)) * 0x9E3779B97F4A7C15u;
    return static_cast<std::uint32_t>(mixed >> 32) | 2;  // neither kByMarker nor kByAttach
}

std::uint64_t ThreadScopes::begin_span(ThreadState& thread, const char* kind_name, std::uintptr_t pc,
                                       std::uintptr_t sp) {
    const KindEntry* kind = kind_of(thread, kind_name, current_handle(thread));
    if (!kind) return 0;
    const std::uint32_t origin = origin_of(kind->kind, pc, sp);
    std::uint32_t depth = thread.depth;
    while (depth > 1 && !is_attached(thread.frames[depth - 1]) && thread.frames[depth - 1].origin != origin) --depth;
    if (depth > 1 && thread.frames[depth - 1].origin == origin) {
        while (thread.depth >= depth) pop(thread, 0, &KindCounters::missed_leaves);
    }
    const std::uint64_t handle = enter(thread, kind_name, nullptr);
    if (handle) top(thread).origin = origin;
    return handle;
}

const KindCounters* ThreadScopes::end_span(ThreadState& thread, const char* kind_name) {
    const KindEntry* kind = kind_of(thread, kind_name, current_handle(thread));
    if (!kind || !kind->counters) return add_local(thread.counters->lost_markers, 1), nullptr;
    const auto is_it = [&](std::uint32_t level) { return thread.frames[level - 1].counters == kind->counters; };
    std::uint32_t depth = thread.depth;
    while (depth > 1 && !is_attached(thread.frames[depth - 1]) && !is_it(depth)) --depth;
    if (depth <= 1 || !is_it(depth)) return add_local(thread.counters->bad_leaves, 1), nullptr;
    return leave_down_to(thread, depth);
}

bool ThreadScopes::know_kind(ThreadState& thread, const char* kind) {
    return kind_of(thread, kind, current_handle(thread)) != nullptr;
}

std::uint64_t ThreadScopes::open(ThreadState& thread, const char* kind_name, std::uint64_t parent, std::uint32_t flags,
                                 std::uint32_t stack, const char* label) {
    const KindEntry* kind = kind_of(thread, kind_name, parent);
    if (!kind) return 0;
    if (parent && !open_instance(parent)) {
        add_local(thread.counters->bad_markers, 1);
        parent = 0;
    }
    const ScopeBirth birth{
        kind->kind,       flags, thread.tid, thread.name, handle_index(parent), handle_generation(parent),
        clock_->now_cs(), stack, label};
    if ((flags & format::kScopeHeld) != 0) store_relaxed(has_held_, 1u);
    const ScopePlace instance = scopes_->begin(&thread.stock, birth);
    if (!instance.index) return 0;
    if (kind->counters) add_local(kind->counters->entered, 1);
    return make_handle(instance.index, format::scope_generation(load_relaxed(instance.at->status)));
}

void ThreadScopes::count_pool_alloc(ThreadState& thread, std::uint32_t kind, bool resized) {
    KindCounters* counters = counters_of(thread, kind);
    if (DREGS_LIKELY(counters != nullptr)) add_local(resized ? counters->pool_resizes : counters->pool_allocs, 1);
}

void ThreadScopes::end_held_if_empty(ThreadState& thread, std::uint32_t index) {
    const Scope* record = scopes_->find(index);
    if (!record) return;
    const std::uint64_t status = load_acquire(record->status);
    if (DREGS_LIKELY(!(format::scope_flags(status) & format::kScopeHeld))) return;
    if (load_acquire(record->live) != load_acquire(record->released)) return;
    const KindCounters* ended = nullptr;
    close(thread, make_handle(index, format::scope_generation(status)), format::kScopeHeld, ended);
}

bool ThreadScopes::set_parent(std::uint64_t scope, std::uint64_t parent) {
    Scope* record = open_instance(scope);
    if (!record || (parent && !open_instance(parent))) return false;
    store_release(record->parent, 0u);  // none, until both halves are there
    store_release(record->parent_generation, handle_generation(parent));
    store_release(record->parent, handle_index(parent));
    return true;
}

std::uint64_t ThreadScopes::held_pool(std::uint32_t index) const {
    const Scope* record = scopes_->find(index);
    const std::uint64_t status = record ? load_acquire(record->status) : 0;
    const bool held = (format::scope_flags(status) & format::kScopeHeld) != 0;
    return held ? make_handle(index, format::scope_generation(status)) : 0;
}

bool ThreadScopes::set_label(std::uint64_t scope, const char* label) {
    Scope* record = open_instance(scope);
    if (record) ScopeTable::copy_label(record->label, label);
    return record != nullptr;
}

bool ThreadScopes::close(ThreadState& thread, std::uint64_t scope, std::uint32_t flags, const KindCounters*& ended) {
    std::uint32_t kind = 0;
    bool clean = false;
    if (!scopes_->end_named(&thread.stock, scope, flags, clock_->now_cs(), kind, clean)) return false;
    KindCounters* counters = kind ? counters_of(thread, kind) : nullptr;
    count_end(counters, clean, kNothingMore);
    ended = counters;
    return true;
}

const KindCounters* ThreadScopes::counters_of_open(ThreadState& thread, std::uint64_t scope) {
    const Scope* record = open_instance(scope);
    return record && record->kind ? counters_of(thread, record->kind) : nullptr;
}

std::uint64_t ThreadScopes::attach(ThreadState& thread, std::uint64_t scope) {
    const std::uint64_t previous = current_handle(thread);
    const bool arrived = scope && arrive(thread, scope);
    if (scope && !arrived) add_local(thread.counters->bad_markers, 1);
    // Where it cannot go it stays, but as one level more, so that the restore to come fits.
    std::uint64_t target = scope && !arrived ? previous : scope;
    if (!target) target = make_handle(thread.frames[0].instance, thread.frames[0].generation);
    if (!arrived) scopes_->count_arrival(handle_index(target));
    const std::uint32_t share = begin_share(thread, handle_index(target), handle_generation(target));
    const std::uint64_t slice_end = clock_->slice_end_ns(clock_->now_ns());
    if (share && push(thread, {handle_index(target), handle_generation(target), share, 1, slice_end,
                               &scopes_->at(share), nullptr})) {
        return previous;
    }
    bool clean = false;
    if (share) end_record(thread, share, 0, clean);
    add_local(thread.counters->lost_markers, 1);
    return previous;
}

void ThreadScopes::restore(ThreadState& thread, std::uint64_t previous) {
    std::uint32_t depth = thread.depth;
    while (depth > 1 && !is_attached(thread.frames[depth - 1])) --depth;
    if (depth <= 1) return add_local(thread.counters->bad_markers, 1);
    while (thread.depth > depth) pop(thread, 0, &KindCounters::missed_leaves);
    pop(thread, 0, kNothingMore);
    if (current_handle(thread) != previous) add_local(thread.counters->bad_markers, 1);
}

}  // namespace dregs
