// What became of blocks, and from where they were released: who counts it, and into which record.
//
// Owns nothing but the way from a block to its record in the release table; asked only where a ledger was asked for.
// Any thread, any signal handler. Zero bytes are a valid ledger that is off.
#pragma once

#include "preload/blocks/block_map.h"
#include "preload/file/release_table.h"
#include "preload/scopes/thread_state.h"

namespace dregs {

class Ledger {
  public:
    // `on`: is to be kept.
    void attach(TraceFile& file, SlowLock& lock, const ScopeTable& scopes, bool on);

    // `block` was released; its scope still has it. `level`: how many hooks of the thread this one interrupts.
    void note(ThreadState& thread, std::uint8_t level, const Block& block, std::uint32_t stack,
              format::ReleaseKind kind);
    // The same of what has no lifetime: pools and their blocks. Nothing where the ledger is off.
    void note_of_pool(ThreadState& thread, std::uint32_t from, std::uint32_t to, std::uint64_t bytes,
                      format::ReleaseKind kind) {
        if (DREGS_UNLIKELY(on_))
            note(thread, thread.level(), {bytes, from, load_relaxed(thread.top)->record}, to, kind);
    }

  private:
    std::uint32_t lifetime(const ThreadState& thread, std::uint32_t scope) const;

    bool on_;
    const ScopeTable* scopes_;
    ReleaseTable releases_;
};

}  // namespace dregs
