#include "preload/scopes/scope_table.h"

namespace dregs {
namespace {

using format::Scope;
using format::ScopeState;

std::uint64_t closed(std::uint64_t status) {
    return (status & ~std::uint64_t{format::kScopeStateMask}) | static_cast<std::uint32_t>(ScopeState::kClosed);
}

}  // namespace

std::uint32_t ScopeTable::copy_label(char (&to)[format::kLabelBytes], const char* from) {
    std::uint32_t i = 0;
    for (; i < format::kLabelBytes - 1 && from[i]; ++i) to[i] = from[i];
    to[i] = 0;
    return from[i] != 0 ? std::uint32_t{format::kScopeLabelCut} : 0;
}

void ScopeTable::attach(TraceFile& file, SlowLock& lock, std::uint32_t first_generation) {
    records_.attach(file, lock);
    first_generation_ = first_generation;
    if (records_.append_locked() == kUnattributedScope)
        at(kUnattributedScope).status = make_status(0, 0, ScopeState::kOpen);
}

DREGS_COLD ScopePlace ScopeTable::take_record_elsewhere() {
    if (const std::uint32_t used = take_from_common()) return {used, &at(used)};
    const std::uint32_t index = records_.append(format::kMaxScopes);
    if (!index) return {0, nullptr};
    at(index).status = make_status(first_generation_, 0, ScopeState::kFree);
    return {index, &at(index)};
}

bool ScopeTable::end(ScopeStock* stock, std::uint32_t index, std::uint32_t end_cs, std::uint32_t more_flags,
                     bool& clean) {
    Scope& scope = at(index);
    std::uint64_t status = load_acquire(scope.status);
    if (format::scope_state(status) != ScopeState::kOpen) return false;
    store_relaxed(scope.end_cs, end_cs);
    if (!compare_exchange(scope.status, status, closed(status | more_flags))) return false;
    clean = recycle_if_empty(stock, {index, &scope});
    return true;
}

// Claims the end first: who came too late would write its time into the next instance, and find that one's kind. A pool
// is emptied while its end is claimed, so that nothing comes into it between the two.
bool ScopeTable::end_named(ScopeStock* stock, std::uint64_t handle, std::uint32_t flags, std::uint32_t end_cs,
                           std::uint32_t& kind, bool& clean) {
    Scope* scope = find(handle_index(handle));
    if (!scope) return false;
    std::uint64_t status = load_acquire(scope->status);
    if (format::scope_state(status) != ScopeState::kOpen || !(format::scope_flags(status) & flags) ||
        (format::scope_flags(status) & format::kScopeEnding) ||
        format::scope_generation(status) != handle_generation(handle)) {
        return false;
    }
    if (!compare_exchange(scope->status, status, status | format::kScopeEnding)) return false;
    store_relaxed(scope->end_cs, end_cs);
    kind = scope->kind;
    if ((format::scope_flags(status) & format::kScopePool) != 0) fetch_add(scope->epoch, 1u);
    exchange(scope->status, closed(status));
    clean = recycle_if_empty(stock, {handle_index(handle), scope});
    return true;
}

bool ScopeTable::recycle_if_empty(ScopeStock* stock, const ScopePlace& place) {
    Scope& scope = *place.at;
    std::uint64_t status = load_acquire(scope.status);
    if (format::scope_state(status) != ScopeState::kClosed) return false;
    if (load_acquire(scope.live) != load_acquire(scope.released)) return false;
    const bool share = (format::scope_flags(status) & format::kScopeShare) != 0;
    if (!compare_exchange(scope.status, status,
                          make_status(format::scope_generation(status) + 1, 0, ScopeState::kFree))) {
        return false;
    }
    const std::uint32_t parent = scope.parent;  // nobody else's until it is kept
    keep(stock, place);
    if (share) count_release(stock, parent);
    return true;
}

// Looks at `live`, which its thread keeps changing, only when the record is closed.
DREGS_HOT void ScopeTable::count_release(ScopeStock* stock, std::uint32_t index) {
    Scope* scope = find(index);
    if (DREGS_UNLIKELY(!scope)) return;  // the program wrote over our memory
    fetch_add(scope->released, std::int64_t{1});
    if (format::scope_state(load_acquire(scope->status)) == ScopeState::kClosed)
        recycle_if_empty(stock, {index, scope});
}

void ScopeTable::count_arrival(std::uint32_t index) { fetch_add(at(index).released, std::int64_t{-1}); }

void ScopeTable::give_to_common(const ScopePlace& scope) {
    std::uint64_t head = load_acquire(common_);
    do store_relaxed(scope.at->next_free, static_cast<std::uint32_t>(head));
    while (!compare_exchange(common_, head, (((head >> 32) + 1) << 32) | scope.index));
}

std::uint32_t ScopeTable::take_from_common() {
    std::uint64_t head = load_acquire(common_);
    while (const auto index = static_cast<std::uint32_t>(head)) {
        const std::uint64_t next = load_relaxed(at(index).next_free);
        if (compare_exchange(common_, head, (((head >> 32) + 1) << 32) | next)) return index;
    }
    return 0;
}

}  // namespace dregs
