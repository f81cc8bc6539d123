#include "preload/scopes/scope_table.h"

namespace dregs {
namespace {

using format::Scope;
using format::ScopeState;

constexpr std::uint64_t make_status(std::uint32_t generation, std::uint32_t flags, ScopeState state) {
    return (std::uint64_t{generation} << 32) | flags | static_cast<std::uint32_t>(state);
}

// Returns whether the label had to be cut.
bool copy_label(char (&to)[format::kLabelBytes], const char* from) {
    std::uint32_t i = 0;
    for (; i < format::kLabelBytes - 1 && from[i]; ++i) to[i] = from[i];
    to[i] = 0;
    return from[i] != 0;
}

}  // namespace

void ScopeTable::attach(TraceFile& file, SlowLock& lock) {
    records_.attach(file, lock);
    if (records_.append_locked() == kUnattributedScope)
        at(kUnattributedScope).status = make_status(0, 0, ScopeState::kOpen);
}

std::uint32_t ScopeTable::take_record(ScopeStock* stock) {
    if (DREGS_LIKELY(stock && stock->first != 0)) {
        const std::uint32_t index = stock->first;
        stock->first = at(index).next_free;
        --stock->count;
        return index;
    }
    if (const std::uint32_t index = take_from_common()) return index;
    return records_.append(format::kMaxScopes);
}

std::uint32_t ScopeTable::begin(ScopeStock* stock, const ScopeBirth& birth) {
    const std::uint32_t index = take_record(stock);
    if (DREGS_UNLIKELY(!index)) return 0;
    Scope& scope = at(index);
    scope.kind = birth.kind;
    scope.tid = birth.tid;
    scope.thread_name = birth.thread_name;
    scope.parent = birth.parent;
    scope.parent_generation = birth.parent_generation;
    scope.begin_cs = birth.begin_cs;
    scope.end_cs = 0;
    scope.live = 0;
    store_relaxed(scope.released, std::int64_t{0});
    scope.stack = birth.stack;
    std::uint32_t flags = birth.flags;
    scope.label[0] = 0;
    if (birth.label && copy_label(scope.label, birth.label)) flags |= format::kScopeLabelCut;
    store_release(scope.status, make_status(format::scope_generation(scope.status), flags, ScopeState::kOpen));
    return index;
}

bool ScopeTable::end(ScopeStock* stock, std::uint32_t index, std::uint32_t end_cs, std::uint32_t more_flags,
                     bool& clean) {
    Scope& scope = at(index);
    std::uint64_t status = load_acquire(scope.status);
    if (format::scope_state(status) != ScopeState::kOpen) return false;
    const std::uint64_t closed = (status & ~std::uint64_t{format::kScopeStateMask}) | more_flags |
                                 static_cast<std::uint32_t>(ScopeState::kClosed);
    scope.end_cs = end_cs;
    if (!compare_exchange(scope.status, status, closed)) return false;
    clean = recycle_if_empty(stock, index);
    return true;
}

DREGS_HOT bool ScopeTable::end_own_empty(ScopeStock& stock, std::uint32_t index) {
    Scope& scope = at(index);
    const std::uint64_t status = load_relaxed(scope.status);
    if (load_acquire(scope.live) != load_acquire(scope.released)) return false;
    store_release(scope.status, make_status(format::scope_generation(status) + 1, 0, ScopeState::kFree));
    keep(&stock, index);
    return true;
}

bool ScopeTable::recycle_if_empty(ScopeStock* stock, std::uint32_t index) {
    Scope& scope = at(index);
    std::uint64_t status = load_acquire(scope.status);
    if (format::scope_state(status) != ScopeState::kClosed) return false;
    if (load_acquire(scope.live) != load_acquire(scope.released)) return false;
    const bool share = (format::scope_flags(status) & format::kScopeShare) != 0;
    const std::uint32_t parent = scope.parent;
    if (!compare_exchange(scope.status, status,
                          make_status(format::scope_generation(status) + 1, 0, ScopeState::kFree))) {
        return false;
    }
    keep(stock, index);
    if (share) count_release(stock, parent);
    return true;
}

DREGS_HOT void ScopeTable::count_release(ScopeStock* stock, std::uint32_t index) {
    Scope* scope = find(index);
    if (DREGS_UNLIKELY(!scope)) return;  // the program wrote over our memory
    const std::int64_t released = fetch_add(scope->released, std::int64_t{1}) + 1;
    if (released == load_acquire(scope->live)) recycle_if_empty(stock, index);
}

void ScopeTable::count_arrival(std::uint32_t index) { fetch_add(at(index).released, std::int64_t{-1}); }

void ScopeTable::keep(ScopeStock* stock, std::uint32_t index) {
    if (!stock || stock->count >= kStockLimit) return give_to_common(index);
    store_relaxed(at(index).next_free, stock->first);
    stock->first = index;
    ++stock->count;
}

void ScopeTable::give_to_common(std::uint32_t index) {
    std::uint64_t head = load_acquire(common_);
    do store_relaxed(at(index).next_free, static_cast<std::uint32_t>(head));
    while (!compare_exchange(common_, head, (((head >> 32) + 1) << 32) | index));
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
