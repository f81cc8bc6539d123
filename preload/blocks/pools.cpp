#include "preload/blocks/pools.h"

namespace dregs {
namespace {

std::uint64_t key_of(const void* block) {
    return (reinterpret_cast<std::uintptr_t>(block) & format::kSideAddressMask) | format::kSidePool;
}

}  // namespace

void Pools::attach(SideTable& side, ThreadScopes& scopes, Ledger& ledger, bool sampled) {
    sampled_ = sampled;
    side_ = &side;
    scopes_ = &scopes;
    ledger_ = &ledger;
}

// The open pool of a handle; a wrong one is counted.
format::Scope* Pools::find(ThreadState& thread, std::uint64_t pool) const {
    format::Scope* record = scopes_->open_instance(pool);
    if (record && (format::scope_flags(load_relaxed(record->status)) & format::kScopePool)) return record;
    if (pool) add_local(thread.counters->bad_markers, 1);
    return nullptr;
}

std::uint64_t Pools::create(ThreadState& thread, const char* kind, const char* label, std::uint64_t parent,
                            std::uint32_t stack) {
    return begin(scopes_->open(thread, kind, parent, format::kScopePool, stack, label));
}

std::uint64_t Pools::create_held(ThreadState& thread, const char* kind, const char* label, std::uint64_t parent,
                                 std::uint32_t stack, const void* anchor) {
    const std::uint64_t pool =
        begin(scopes_->open(thread, kind, parent, format::kScopePool | format::kScopeHeld, stack, label));
    this->anchor(pool, anchor);
    return pool;
}

const void* Pools::anchor(std::uint64_t pool, const void* moved) {
    format::Scope* record = scopes_->open_instance(pool);
    if (!record) return nullptr;
    if (moved) record->anchor = reinterpret_cast<std::uintptr_t>(moved);
    return reinterpret_cast<const void*>(record->anchor);
}

std::uint64_t Pools::enter(ThreadState& thread, const char* kind, const char* label) {
    return begin(scopes_->enter(thread, kind, label, format::kScopePool | format::kScopeEntered));
}

// The record's former pool ended with another epoch.
std::uint64_t Pools::begin(std::uint64_t pool) {
    if (format::Scope* record = scopes_->open_instance(pool)) fetch_add(record->epoch, 1u);
    return pool;
}

// Raises the epoch of this pool. It has to be the one that was seen while the pool was open: another thread may destroy
// the pool now and begin the next one in its record, which raises it, too.
bool Pools::empty(ThreadState& thread, std::uint64_t pool, std::uint32_t stack) {
    format::Scope* record = find(thread, pool);
    while (record) {
        std::uint32_t epoch = load_acquire(record->epoch);
        if (!find(thread, pool)) return false;
        const std::uint32_t made_at = load_relaxed(record->stack);
        if (!compare_exchange(record->epoch, epoch, epoch + 1)) continue;
        ledger_->note_of_pool(thread, made_at, stack, 0, format::ReleaseKind::kPoolEmptied);
        return true;
    }
    return false;
}

void Pools::alloc(ThreadState& thread, std::uint64_t pool, const void* block, std::uint64_t bytes,
                  std::uint32_t stack) {
    const format::Scope* record = find(thread, pool);
    if (!record || !block) return;
    const format::SideBlock entry{key_of(block),          stack, handle_index(pool), bytes, load_relaxed(record->epoch),
                                  handle_generation(pool)};
    format::SideBlock replaced{};
    const SideTable::Insert result = side_->insert(entry, replaced);
    if (result != SideTable::Insert::kNoRoom)
        ledger_->note_of_pool(thread, stack, load_relaxed(record->stack), bytes, format::ReleaseKind::kPoolAlloc);
    switch (result) {
        case SideTable::Insert::kDone:
            return add_local(thread.counters->pool_allocs, 1);
        case SideTable::Insert::kReplaced:
            add_local(thread.counters->pool_allocs, 1);
            return add_local(thread.counters->replaced_blocks, 1);
        case SideTable::Insert::kNoRoom:
            add_local(thread.counters->unrecorded_allocs, 1);
            return add_local(thread.counters->unrecorded_bytes, bytes);
    }
}

void Pools::count(ThreadState& thread, std::uint64_t pool, bool resized) {
    const format::Scope* record = scopes_->open_instance(pool);
    if (DREGS_LIKELY(record != nullptr)) scopes_->count_pool_alloc(thread, record->kind, resized);
}

void Pools::free(ThreadState& thread, std::uint64_t pool, const void* block, std::uint32_t stack) {
    if (!find(thread, pool) || !block) return;
    format::SideBlock taken{};
    const bool known = side_->take(key_of(block), taken);
    if (known) ledger_->note_of_pool(thread, taken.stack, stack, taken.bytes, format::ReleaseKind::kPoolFreed);
    if (known || sampled_) return add_local(thread.counters->pool_frees, 1);
    add_local(thread.counters->unknown_frees, 1);
}

bool Pools::take(ThreadState& thread, std::uint64_t pool, const void* block, std::uint32_t stack) {
    format::SideBlock taken{};
    if (!find(thread, pool) || !side_->take(key_of(block), taken)) return false;
    ledger_->note_of_pool(thread, taken.stack, stack, taken.bytes, format::ReleaseKind::kPoolFreed);
    add_local(thread.counters->pool_frees, 1);
    return true;
}

void Pools::free_all(ThreadState& thread, std::uint64_t pool, std::uint32_t stack) { empty(thread, pool, stack); }

const format::KindCounters* Pools::destroy(ThreadState& thread, std::uint64_t pool, std::uint32_t stack) {
    const format::Scope* record = scopes_->open_instance(pool);
    const bool entered = record && (format::scope_flags(load_relaxed(record->status)) & format::kScopeEntered);
    const std::uint32_t made_at = record ? load_relaxed(record->stack) : 0;
    const format::KindCounters* ended = nullptr;
    // An entered one: its thread would go on in it. One that is not open any more: another thread came first.
    if (entered || !scopes_->close(thread, pool, format::kScopePool, ended))
        return add_local(thread.counters->bad_markers, 1), nullptr;
    ledger_->note_of_pool(thread, made_at, stack, 0, format::ReleaseKind::kPoolEmptied);
    return ended;
}

}  // namespace dregs
