// Scope records: instances and shares, their life and the counts that decide when a record may be used again.
//
// An instance that ends with nothing live is recycled at once; one that ends with survivors when the last of them is
// freed. So memory follows the number of leaking instances, not of packets.
//
//   live      counted by the one thread whose current record this is, while it is (no atomic operation)
//   released  counted by everyone else, atomically; live - released blocks and shares are left
//
// Ending a record and freeing its last block may meet on two threads: the ender stores "closed" and then compares, the
// freer counts and then reads the state, so at least one sees both; a compare-and-swap on the status lets only one
// recycle. A handle may be used while another thread ends what it names and the record begins anew: who ends by handle
// compares the generation as it does so, who comes in (ThreadScopes::arrive) takes its count back when it was too late.
// So that no such count is lost, `live` and `released` go on from one instance of a record to the next; an instance
// that ends just then may count as not clean.
//
// A thread ends what it entered with plain stores, which an arriving thread cannot see in time. Before the first thread
// comes into what another one entered, `expect_visitors` makes all ends careful, for good.
//
// Knows nothing of threads' nesting (thread_scopes.h). Zero bytes are a valid detached table.
#pragma once

#include "preload/file/table.h"

namespace dregs {

using format::kUnattributedScope;

// A thread's stock of recycled records, a null pointer where it cannot be used (in a signal handler that may have
// interrupted its use). Zero bytes are an empty one.
struct ScopeStock {
    std::uint32_t first;
    std::uint32_t count;
};

struct ScopeBirth {
    std::uint32_t kind;
    std::uint32_t flags;  // format::ScopeFlags
    std::uint32_t tid;
    format::StringRef thread_name;
    std::uint32_t parent;
    std::uint32_t parent_generation;
    std::uint32_t begin_cs;
    std::uint32_t stack;
    const char* label;
};

// A record and its number; number 0: there is none.
struct ScopePlace {
    std::uint32_t index;
    format::Scope* at;
};

class ScopeTable {
  public:
    // `first_generation` tells this process's handles from those that it inherited from a parent.
    void attach(TraceFile& file, SlowLock& lock, std::uint32_t first_generation = 0);

    format::Scope& at(std::uint32_t index) const { return records_.at(index); }
    // Null for an index that was never handed out.
    format::Scope* find(std::uint32_t index) const { return records_.find(index); }

    // A new open record; number 0: no room.
    ScopePlace begin(ScopeStock* stock, const ScopeBirth& birth);
    // Ends an open record that nobody else may end. False: it was not open (any more). `clean`: nothing was left in it.
    bool end(ScopeStock* stock, std::uint32_t index, std::uint32_t end_cs, std::uint32_t more_flags, bool& clean);
    // Ends what a handle names, if that is open and has one of these flags, whoever tries the same at this moment.
    // `kind`: what it was of.
    bool end_named(ScopeStock* stock, std::uint64_t handle, std::uint32_t flags, std::uint32_t end_cs,
                   std::uint32_t& kind, bool& clean);
    // The short way for an open instance that this thread entered, and that nobody else may end: recycles it when
    // nothing is left in it, with plain stores. False: something is left, or visitors are about; end() must be called.
    bool end_own_empty(ScopeStock& stock, const ScopePlace& scope);
    // No thread takes the short way again. One that is on it is not waited for.
    void expect_visitors() { store_release(visitors_, 1u); }

    // A block of this record's was freed, or a share of it ended, by a thread whose current record it is not.
    void count_release(ScopeStock* stock, std::uint32_t index);
    // A block or share came into it in the same way.
    void count_arrival(std::uint32_t index);

    // Returns the flag to be set when it had to be cut.
    static std::uint32_t copy_label(char (&to)[format::kLabelBytes], const char* from);

  private:
    static constexpr std::uint32_t kStockLimit = 128;

    static constexpr std::uint64_t make_status(std::uint32_t generation, std::uint32_t flags,
                                               format::ScopeState state) {
        return (std::uint64_t{generation} << 32) | flags | static_cast<std::uint32_t>(state);
    }
    ScopePlace take_record(ScopeStock* stock);
    ScopePlace take_record_elsewhere();
    bool recycle_if_empty(ScopeStock* stock, const ScopePlace& scope);
    void keep(ScopeStock* stock, const ScopePlace& scope);
    void give_to_common(const ScopePlace& scope);
    std::uint32_t take_from_common();

    TraceTable<format::Scope, format::kScopes, 256> records_;
    std::uint32_t first_generation_;
    std::uint32_t visitors_;
    std::uint64_t common_;  // free records of all threads: change count << 32 | first
};

DREGS_INLINE ScopePlace ScopeTable::take_record(ScopeStock* stock) {
    if (DREGS_UNLIKELY(!stock || stock->first == 0)) return take_record_elsewhere();
    const ScopePlace taken{stock->first, &at(stock->first)};
    stock->first = taken.at->next_free;
    --stock->count;
    return taken;
}

DREGS_INLINE ScopePlace ScopeTable::begin(ScopeStock* stock, const ScopeBirth& birth) {
    const ScopePlace taken = take_record(stock);
    if (DREGS_UNLIKELY(taken.index == 0)) return taken;
    format::Scope& scope = *taken.at;
    scope.kind = birth.kind;
    store_relaxed(scope.tid, birth.tid);
    scope.thread_name = birth.thread_name;
    scope.parent = birth.parent;
    scope.parent_generation = birth.parent_generation;
    scope.begin_cs = birth.begin_cs;
    scope.end_cs = 0;
    scope.stack = birth.stack;
    scope.label[0] = 0;
    const std::uint32_t cut = birth.label ? copy_label(scope.label, birth.label) : 0;
    const std::uint32_t generation = format::scope_generation(load_relaxed(scope.status));
    store_release(scope.status, make_status(generation, birth.flags | cut, format::ScopeState::kOpen));
    return taken;
}

DREGS_INLINE void ScopeTable::keep(ScopeStock* stock, const ScopePlace& scope) {
    if (DREGS_UNLIKELY(!stock || stock->count >= kStockLimit)) return give_to_common(scope);
    store_relaxed(scope.at->next_free, stock->first);
    stock->first = scope.index;
    ++stock->count;
}

DREGS_INLINE bool ScopeTable::end_own_empty(ScopeStock& stock, const ScopePlace& scope) {
    if (DREGS_UNLIKELY(load_relaxed(visitors_) != 0)) return false;
    const std::uint64_t status = load_relaxed(scope.at->status);
    if (load_acquire(scope.at->live) != load_acquire(scope.at->released)) return false;
    store_release(scope.at->status, make_status(format::scope_generation(status) + 1, 0, format::ScopeState::kFree));
    keep(&stock, scope);
    return true;
}

// What a program holds: generation << 32 | index. Never 0 for a record that exists.
constexpr std::uint64_t make_handle(std::uint32_t index, std::uint32_t generation) {
    return (std::uint64_t{generation} << 32) | index;
}
constexpr std::uint32_t handle_index(std::uint64_t handle) { return static_cast<std::uint32_t>(handle); }
constexpr std::uint32_t handle_generation(std::uint64_t handle) { return static_cast<std::uint32_t>(handle >> 32); }

}  // namespace dregs
