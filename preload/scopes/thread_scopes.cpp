#include "preload/scopes/thread_scopes.h"

#include <cstddef>

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

// The innermost frame that `is_it`, of those that were entered since the last attach; null: none.
template <typename Is>
ScopeFrame* find_entered(ScopeFrame* top, Is is_it) {
    for (ScopeFrame* frame = top; frame->outer && !frame->is_attached(); frame = frame->outer) {
        if (is_it(*frame)) return frame;
    }
    return nullptr;
}

// 0: none that was entered or attached.
std::uint64_t handle_of(const ThreadState& thread, const ScopeFrame& frame) {
    return frame.instance == thread.home ? 0 : frame.instance;
}

ScopeFrame* find_attached(ScopeFrame* top) {
    while (top->outer && !top->is_attached()) top = top->outer;
    return top->outer ? top : nullptr;
}

void link(ScopeFrame* places, std::uint32_t count) {
    for (std::uint32_t i = 0; i + 1 < count; ++i) places[i].next = &places[i + 1];
}

// A thread is or was in it, rather than that it was opened.
bool is_entered(const Scope& record) {
    const std::uint32_t flags = format::scope_flags(load_relaxed(record.status));
    return (flags & format::kScopeEntered) || !(flags & (format::kScopeUnbound | format::kScopePool));
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

// A handler that interrupts a hook keeps what it learns elsewhere: the hook may be reading the entry.
DREGS_COLD const KindEntry* ThreadScopes::learn_kind(ThreadState& thread, const char* name, std::uint64_t outer,
                                                     KindEntry& usual) {
    KindEntry& entry = thread.interrupts_hooks() ? thread.handler_kinds[thread.level() - 1] : usual;
    std::uint32_t kind = 0;
    {
        SlowSection section(*lock_);
        const Scope* parent = open_instance(outer);
        if (section.held()) kind = kinds_->find_or_add(name, parent ? parent->kind : 0);
    }
    if (!kind) return nullptr;
    store_release(entry.text,
                  static_cast<const char*>(nullptr));  // a handler may look it up: until all is there, in vain
    asm volatile("" ::: "memory");
    entry.kind = kind;
    entry.name = kinds_->name(kind, entry.length);
    entry.head = 0;
    entry.head_mask =
        entry.length < sizeof entry.head - 1 ? (std::uint64_t{1} << 8 * (entry.length + 1)) - 1 : ~std::uint64_t{0};
    for (std::uint32_t i = 0; i < entry.length && i < sizeof entry.head; ++i)
        entry.head |= std::uint64_t{static_cast<unsigned char>(entry.name[i])} << 8 * i;
    entry.counters = counters_of(thread, kind);
    store_release(entry.text, name);
    return &entry;
}

KindCounters* ThreadScopes::counters_of(ThreadState& thread, std::uint32_t kind) {
    if (DREGS_LIKELY(thread.kind_counters && thread.kind_counters[kind])) {
        return &kinds_->counters(thread.kind_counters[kind]);
    }
    if (!thread.kind_counters) {
        constexpr std::size_t kBytes = kMaxKinds * sizeof(std::uint32_t);
        auto* fresh = static_cast<std::uint32_t*>(sys::map_private(kBytes));
        if (!fresh) return nullptr;
        // A handler has been here?
        if (!compare_exchange_local(thread.kind_counters, static_cast<std::uint32_t*>(nullptr), fresh))
            sys::unmap(fresh, kBytes);
    }
    SlowSection section(*lock_);
    const std::uint32_t index = section.held() ? kinds_->add_counters(kind, thread.slot) : 0;
    if (!index) return nullptr;
    (void)compare_exchange_local(thread.kind_counters[kind], 0u, index);
    return &kinds_->counters(thread.kind_counters[kind]);
}

inline void ThreadScopes::count_end(KindCounters* counters, bool clean, std::uint64_t KindCounters::*also) {
    if (!counters) return;
    add_local(counters->left, 1);
    if (clean) add_local(counters->clean, 1);
    if (also != kNothingMore) add_local(counters->*also, 1);
}

// ---------------------------------------------------------------------------------------------------------------------
// Frames

inline ScopeFrame* ThreadScopes::place_in(const ThreadState& thread, ScopeFrame& frame) {
    return DREGS_LIKELY(frame.next != nullptr) ? frame.next : add_places(thread, frame);
}

// A handler's frame has no place of its own for what follows: it is that of the frame which the handler interrupted.
DREGS_COLD ScopeFrame* ThreadScopes::add_places(const ThreadState& thread, ScopeFrame& frame) {
    constexpr std::uint32_t kMore = 4 * ThreadState::kInlineFrames;
    ScopeFrame* last = &frame;
    while (thread.handlers.holds(last)) last = last->outer;
    if (!last->next) {
        auto* places = static_cast<ScopeFrame*>(sys::map_private(kMore * sizeof(ScopeFrame)));
        if (!places) return nullptr;
        link(places, kMore);
        store_release(last->next, places);
    }
    return frame.next = last->next;
}

// A frame is reserved, filled and published. A handler that does the same meanwhile gets other places.
inline ScopeFrame* ThreadScopes::reserve(ThreadState& thread) {
    if (DREGS_UNLIKELY(thread.interrupts_hooks())) return reserve_in_handler(thread);
    ScopeFrame* const outer = load_relaxed(thread.top);
    ScopeFrame* const frame = place_in(thread, *outer);
    if (DREGS_LIKELY(frame != nullptr)) frame->outer = outer;
    return frame;
}

DREGS_COLD ScopeFrame* ThreadScopes::reserve_in_handler(ThreadState& thread) {
    ScopeFrame* const frame = thread.handlers.take();
    if (frame) nest(thread, *frame, load_relaxed(thread.top));
    return frame;
}

void ThreadScopes::nest(const ThreadState& thread, ScopeFrame& frame, ScopeFrame* outer) {
    frame.outer = outer;
    if (thread.handlers.holds(&frame)) frame.next = outer->next;
}

inline void ThreadScopes::publish(ThreadState& thread, ScopeFrame* frame) {
    if (DREGS_UNLIKELY(!compare_exchange_local(thread.top, frame->outer, frame))) publish_again(thread, frame);
}

// A handler has come in between: what it left is further out, then.
DREGS_COLD void ThreadScopes::publish_again(ThreadState& thread, ScopeFrame* frame) {
    do nest(thread, *frame, load_relaxed(thread.top));
    while (!compare_exchange_local(thread.top, frame->outer, frame));
}

void ThreadScopes::end_record(ThreadState& thread, std::uint32_t record, std::uint32_t more_flags, bool& clean) {
    scopes_->end(thread.usable_stock(), record, clock_->now_cs(), more_flags, clean);
}

// Takes the innermost frame off and ends what it stands for: its share, and the instance too when it was entered here.
// False: a handler has changed the nesting meanwhile, and nothing was done. What is needed of the frame is read before:
// its place is free for handlers from then on.
DREGS_INLINE bool ThreadScopes::pop(ThreadState& thread, ScopeFrame* frame, std::uint32_t more_flags,
                                    std::uint64_t KindCounters::*also) {
    const std::uint64_t instance = frame->instance;
    const std::uint32_t record = frame->record;
    const bool attached = frame->is_attached();
    Scope* const record_at = frame->record_at;
    KindCounters* const counters = frame->counters;
    if (DREGS_UNLIKELY(thread.interrupts_hooks())) {
        if (!take_off_in_handler(thread, frame)) return false;
    } else if (DREGS_UNLIKELY(!compare_exchange_local(thread.top, frame, frame->outer))) {
        return false;
    }
    bool clean = false;
    const bool shared = record != handle_index(instance);
    if (DREGS_UNLIKELY(shared)) end_record(thread, record, 0, clean);
    if (attached) return true;
    ScopeStock* const stock = thread.usable_stock();
    if (DREGS_LIKELY(!shared && stock && scopes_->end_own_empty(*stock, {record, record_at})))
        clean = true;
    else
        end_record(thread, handle_index(instance), more_flags, clean);
    count_end(counters, clean, also);
    return true;
}

void ThreadScopes::give_back(ThreadState& thread, ScopeFrame* frame) {
    if (thread.handlers.holds(frame)) thread.handlers.give_back(frame);
}

DREGS_COLD bool ThreadScopes::pop_missed(ThreadState& thread, ScopeFrame* frame) {
    return pop(thread, frame, 0, &KindCounters::missed_leaves);
}

// The interrupted hook may be about to count a block in the frame's record, which must not be another scope's by then.
DREGS_COLD bool ThreadScopes::take_off_in_handler(ThreadState& thread, ScopeFrame* frame) {
    const bool older = thread.handlers.is_older(frame);
    const std::uint32_t record = frame->record;
    if (older) scopes_->count_arrival(record);
    const bool taken = compare_exchange_local(thread.top, frame, frame->outer);
    if (older && taken && thread.handlers.pin(record))
        store_relaxed(thread.ready, ThreadState::kUnsettled);
    else if (older)
        scopes_->count_release(nullptr, record);
    if (!older && taken) thread.handlers.give_back(frame);
    return taken;
}

// Ends the frames from `top` out to `last`, and counts those further in as missed. False: a handler has changed the
// nesting meanwhile, and some may not have been ended.
inline bool ThreadScopes::pop_through(ThreadState& thread, ScopeFrame* top, ScopeFrame* last,
                                      std::uint64_t KindCounters::*also) {
    while (DREGS_UNLIKELY(top != last)) {
        ScopeFrame* const outer = top->outer;
        if (!pop_missed(thread, top)) return false;
        top = outer;
    }
    return pop(thread, last, 0, also);
}

DREGS_COLD void ThreadScopes::settle(ThreadState& thread) {
    if (load_relaxed(thread.ready) == ThreadState::kUnsettled) store_relaxed(thread.ready, ThreadState::kReady);
    while (const std::uint32_t record = thread.handlers.unpin()) scopes_->count_release(&thread.stock, record);
}

// The caller has counted the share's arrival.
std::uint32_t ThreadScopes::begin_share(ThreadState& thread, std::uint64_t instance) {
    const std::uint32_t index = handle_index(instance);
    const ScopeBirth birth{scopes_->at(index).kind,     format::kScopeShare, thread.tid,         thread.name, index,
                           handle_generation(instance), clock_->now_cs(),    format::kStackNone, nullptr};
    const std::uint32_t share = scopes_->begin(thread.usable_stock(), birth).index;
    if (!share) scopes_->count_release(thread.usable_stock(), index);
    return share;
}

// The frame gets another place, for a handler may be looking at it: the one before it, if that is free.
ScopeFrame* ThreadScopes::place_beside(const ThreadState& thread, ScopeFrame& frame) {
    ScopeFrame* const place =
        frame.outer ? place_in(thread, *frame.outer) : const_cast<ScopeFrame*>(thread.inline_frames);
    return place == &frame ? place_in(thread, frame) : place;
}

DREGS_COLD void ThreadScopes::renew_slice(ThreadState& thread) {
    ScopeFrame* const former = load_relaxed(thread.top);
    const std::uint64_t instance = former->instance;
    const std::uint32_t former_record = former->record;
    const std::uint64_t slice_end_ns = clock_->slice_end_ns(clock_->now_ns());
    ScopeFrame* const renewed = place_beside(thread, *former);
    if (renewed) scopes_->count_arrival(handle_index(instance));
    const std::uint32_t share = renewed ? begin_share(thread, instance) : 0;
    // No room: the block's age will be taken for older than it is.
    if (!share) return store_relaxed(former->slice_end_ns, slice_end_ns);
    *renewed = {instance,         share,         former->origin, slice_end_ns, &scopes_->at(share),
                former->counters, former->outer, renewed->next};
    bool clean = false;
    const bool done = compare_exchange_local(thread.top, former, renewed);
    // Else a handler has changed the nesting: at the next allocation, then.
    const std::uint32_t ended = done ? former_record : share;
    if (ended != handle_index(instance)) end_record(thread, ended, 0, clean);
}

// ---------------------------------------------------------------------------------------------------------------------
// Threads

void ThreadScopes::begin_thread(ThreadState& thread) {
    const std::uint64_t now = clock_->now_ns();
    const ScopeBirth birth{0, 0, thread.tid, thread.name, 0, 0, clock_->centiseconds(now), format::kStackNone, nullptr};
    std::uint32_t instance = scopes_->begin(&thread.stock, birth).index;
    if (!instance) instance = kUnattributedScope;
    Scope* record = &scopes_->at(instance);
    link(thread.inline_frames, ThreadState::kInlineFrames);
    ScopeFrame& own = thread.inline_frames[0];
    thread.home = make_handle(instance, format::scope_generation(record->status));
    own = {thread.home, instance, ScopeFrame::kByMarker, clock_->slice_end_ns(now), record, nullptr, nullptr, own.next};
    store_release(thread.top, &own);
}

DREGS_COLD void ThreadScopes::abandon(ThreadState& thread) {
    store_relaxed(thread.busy, std::uintptr_t{0});
    settle(thread);
    while (ScopeFrame* frame = load_relaxed(thread.top)) {
        const bool own = frame->outer == nullptr;
        if (own && handle_index(frame->instance) == kUnattributedScope) break;
        pop(thread, frame, own ? 0u : std::uint32_t{format::kScopeAbandoned},
            own ? kNothingMore : &KindCounters::abandoned);
    }
    store_relaxed(thread.top, static_cast<ScopeFrame*>(nullptr));
}

// ---------------------------------------------------------------------------------------------------------------------
// Marker calls

Scope* ThreadScopes::open_instance(std::uint64_t scope) const {
    Scope* record = scopes_->find(handle_index(scope));
    if (!record) return nullptr;
    const std::uint64_t status = load_acquire(record->status);
    const bool open = format::scope_state(status) == format::ScopeState::kOpen &&
                      format::scope_generation(status) == handle_generation(scope) &&
                      !(format::scope_flags(status) & (format::kScopeShare | format::kScopeEnding));
    return open ? record : nullptr;
}

// Whether this thread entered an instance that it is not in any more: a marker that a handler has interrupted is about
// to end it.
DREGS_COLD bool ThreadScopes::is_left(const ThreadState& thread, const Scope& record, std::uint32_t index) const {
    if (load_relaxed(record.tid) != thread.tid || !is_entered(record)) return false;
    const ScopeFrame* frame = load_relaxed(thread.top);
    while (frame && handle_index(frame->instance) != index) frame = frame->outer;
    return !frame;
}

bool ThreadScopes::arrive(ThreadState& thread, std::uint64_t scope) {
    const Scope* record = open_instance(scope);
    if (!record) return false;
    if (DREGS_UNLIKELY(thread.interrupts_hooks()) && is_left(thread, *record, handle_index(scope))) return false;
    scopes_->count_arrival(handle_index(scope));
    if (open_instance(scope)) return true;
    scopes_->count_release(thread.usable_stock(), handle_index(scope));
    return false;
}

bool ThreadScopes::is_anothers(const ThreadState& thread, std::uint64_t scope) const {
    const Scope* record = open_instance(scope);
    return record && load_relaxed(record->tid) != thread.tid && is_entered(*record);
}

std::uint64_t ThreadScopes::current_handle(const ThreadState& thread) const {
    return handle_of(thread, *load_relaxed(thread.top));
}

std::uint64_t ThreadScopes::enter_from(ThreadState& thread, const char* kind_name, const char* label,
                                       std::uint32_t flags, std::uint32_t origin) {
    const std::uint64_t outer = current_handle(thread);
    const KindEntry* kind = kind_of(thread, kind_name, outer);
    ScopeFrame* const frame = kind ? reserve(thread) : nullptr;
    if (DREGS_UNLIKELY(!frame)) return 0;
    KindCounters* const counters = kind->counters;
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
    const ScopePlace instance = scopes_->begin(thread.usable_stock(), birth);
    if (DREGS_UNLIKELY(!instance.index)) return give_back(thread, frame), 0;
    const std::uint64_t handle =
        make_handle(instance.index, format::scope_generation(load_relaxed(instance.at->status)));
    frame->instance = handle;
    frame->record = instance.index;
    frame->origin = origin;
    frame->slice_end_ns = clock_->slice_end_ns(now);
    frame->record_at = instance.at;
    frame->counters = counters;
    publish(thread, frame);
    if (counters) add_local(counters->entered, 1);
    return handle;
}

const KindCounters* ThreadScopes::leave(ThreadState& thread, std::uint64_t scope) {
    for (;;) {
        ScopeFrame* const top = load_relaxed(thread.top);
        ScopeFrame* const frame = find_entered(top, [scope](const ScopeFrame& it) { return it.instance == scope; });
        if (DREGS_UNLIKELY(!frame)) return add_local(thread.counters->bad_leaves, 1), nullptr;
        const KindCounters* const counters = frame->counters;
        if (DREGS_LIKELY(pop_through(thread, top, frame, kNothingMore))) return counters;
    }
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
    for (;;) {
        ScopeFrame* const top = load_relaxed(thread.top);
        ScopeFrame* const former = find_entered(top, [origin](const ScopeFrame& it) { return it.origin == origin; });
        if (!former || pop_through(thread, top, former, &KindCounters::missed_leaves)) break;
    }
    return enter_from(thread, kind_name, nullptr, 0, origin);
}

const KindCounters* ThreadScopes::end_span(ThreadState& thread, const char* kind_name) {
    const KindEntry* kind = kind_of(thread, kind_name, current_handle(thread));
    if (!kind || !kind->counters) return add_local(thread.counters->lost_markers, 1), nullptr;
    const KindCounters* const counters = kind->counters;
    for (;;) {
        ScopeFrame* const top = load_relaxed(thread.top);
        ScopeFrame* const frame = find_entered(top, [=](const ScopeFrame& it) { return it.counters == counters; });
        if (!frame) return add_local(thread.counters->bad_leaves, 1), nullptr;
        if (pop_through(thread, top, frame, kNothingMore)) return counters;
    }
}

bool ThreadScopes::know_kind(ThreadState& thread, const char* kind) {
    return kind_of(thread, kind, current_handle(thread)) != nullptr;
}

// The instance to open another in; 0: none. The current one may be closed: it was attached. One that a handler has left
// meanwhile is not current any more.
std::uint64_t ThreadScopes::known_parent(ThreadState& thread, std::uint64_t parent) {
    for (;;) {
        const std::uint64_t known = parent == kCurrent ? current_handle(thread) : parent;
        if (!known || open_instance(known)) return known;
        if (parent != kCurrent || current_handle(thread) == known) break;
    }
    add_local(thread.counters->bad_markers, 1);
    return 0;
}

std::uint64_t ThreadScopes::open(ThreadState& thread, const char* kind_name, std::uint64_t parent, std::uint32_t flags,
                                 std::uint32_t stack, const char* label) {
    const KindEntry* kind = kind_of(thread, kind_name, parent == kCurrent ? current_handle(thread) : parent);
    if (!kind) return 0;
    parent = known_parent(thread, parent);
    const ScopeBirth birth{
        kind->kind,       flags, thread.tid, thread.name, handle_index(parent), handle_generation(parent),
        clock_->now_cs(), stack, label};
    if ((flags & format::kScopeHeld) != 0) store_relaxed(has_held_, 1u);
    KindCounters* const counters = kind->counters;
    const ScopePlace instance = scopes_->begin(thread.usable_stock(), birth);
    if (!instance.index) return 0;
    if (counters) add_local(counters->entered, 1);
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
    store_release(record->parent, 0u);  // for a reader none, until both halves are there
    // For a handler on this thread both at once: it may do the same. A handle holds them in the order of the record.
    static_assert(offsetof(Scope, parent_generation) == offsetof(Scope, parent) + sizeof record->parent);
    asm volatile("movq %1, (%0)" : : "r"(&record->parent), "r"(parent) : "memory");
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
    if (!scopes_->end_named(thread.usable_stock(), scope, flags, clock_->now_cs(), kind, clean)) return false;
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
    if (!target) target = thread.home;
    if (!arrived) scopes_->count_arrival(handle_index(target));
    const std::uint32_t share = begin_share(thread, target);
    ScopeFrame* const frame = share ? reserve(thread) : nullptr;
    bool clean = false;
    if (!frame) {
        if (share) end_record(thread, share, 0, clean);
        return add_local(thread.counters->lost_markers, 1), previous;
    }
    frame->instance = target;
    frame->record = share;
    frame->origin = ScopeFrame::kByAttach;
    frame->slice_end_ns = clock_->slice_end_ns(clock_->now_ns());
    frame->record_at = &scopes_->at(share);
    frame->counters = nullptr;
    publish(thread, frame);
    return handle_of(thread, *frame->outer);  // a handler may have changed it
}

void ThreadScopes::restore(ThreadState& thread, std::uint64_t previous) {
    std::uint64_t restored = 0;
    for (;;) {
        ScopeFrame* const top = load_relaxed(thread.top);
        ScopeFrame* const frame = find_attached(top);
        if (!frame) return add_local(thread.counters->bad_markers, 1);
        restored = handle_of(thread, *frame->outer);
        if (pop_through(thread, top, frame, kNothingMore)) break;
    }
    if (restored != previous) add_local(thread.counters->bad_markers, 1);
}

}  // namespace dregs
