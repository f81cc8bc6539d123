// Pools: scopes that hold blocks which malloc never sees, as a program's own allocator hands them out.
//
// A pool's blocks are in the side table, each with the pool's epoch; emptying a pool raises the epoch, which drops all
// of them with one store, however many there are. Zero bytes are a valid detached object.
#pragma once

#include "preload/blocks/ledger.h"
#include "preload/blocks/side_table.h"
#include "preload/scopes/thread_scopes.h"

namespace dregs {

class Pools {
  public:
    // `sampled`: not every block is handed in.
    void attach(SideTable& side, ThreadScopes& scopes, Ledger& ledger, bool sampled);

    // `parent` 0: none. Returns the handle, 0: no room.
    std::uint64_t create(ThreadState& thread, const char* kind, const char* label, std::uint64_t parent,
                         std::uint32_t stack);
    // One that ends with the last block of malloc's that is given to it; `anchor` is the first.
    std::uint64_t create_held(ThreadState& thread, const char* kind, const char* label, std::uint64_t parent,
                              std::uint32_t stack, const void* anchor);
    const void* anchor(std::uint64_t pool, const void* moved);
    // A pool that the thread enters as a scope; it ends when that is left.
    std::uint64_t enter(ThreadState& thread, const char* kind, const char* label);
    void alloc(ThreadState& thread, std::uint64_t pool, const void* block, std::uint64_t bytes, std::uint32_t stack);
    // A block was handed out, whether it is recorded here or not.
    void count(ThreadState& thread, std::uint64_t pool, bool resized);
    // `stack` of these: where it is done, for the ledger.
    void free(ThreadState& thread, std::uint64_t pool, const void* block, std::uint32_t stack = 0);
    // The same without a word if the block is not known. Returns whether it was.
    bool take(ThreadState& thread, std::uint64_t pool, const void* block, std::uint32_t stack = 0);
    void free_all(ThreadState& thread, std::uint64_t pool, std::uint32_t stack = 0);
    // Returns the counters of its kind; null: it did not end, or there are none.
    const format::KindCounters* destroy(ThreadState& thread, std::uint64_t pool, std::uint32_t stack = 0);

  private:
    format::Scope* find(ThreadState& thread, std::uint64_t pool) const;
    bool empty(ThreadState& thread, std::uint64_t pool, std::uint32_t stack);
    std::uint64_t begin(std::uint64_t pool);

    bool sampled_;
    SideTable* side_;
    ThreadScopes* scopes_;
    Ledger* ledger_;
};

}  // namespace dregs
