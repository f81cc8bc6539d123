#include "preload/blocks/ledger.h"

namespace dregs {

void Ledger::attach(TraceFile& file, SlowLock& lock, const ScopeTable& scopes, bool on) {
    scopes_ = &scopes;
    on_ = on;
    if (on) releases_.attach(file, lock);
}

// From the slice of time that the block came in to the one that this thread is in.
std::uint32_t Ledger::lifetime(const ThreadState& thread, std::uint32_t scope) const {
    const format::Scope* since = scope != kUnattributedScope ? scopes_->find(scope) : nullptr;
    if (!since) return 0;
    const std::uint32_t now = load_relaxed(thread.top)->record_at->begin_cs;
    const std::uint32_t begin = load_relaxed(since->begin_cs);
    return now > begin ? now - begin : 0;
}

DREGS_HOT void Ledger::note(ThreadState& thread, std::uint8_t level, const Block& block, std::uint32_t stack,
                            format::ReleaseKind kind) {
    const std::uint64_t key = format::make_release_key(block.stack, stack, kind);
    format::Release* record =
        DREGS_LIKELY(level < ThreadState::kLevels) ? releases_.find_or_add(thread.releases[level], key) : nullptr;
    if (DREGS_UNLIKELY(!record)) return add_local(thread.counters->unrecorded_releases, 1);
    add_local(record->blocks, 1);
    add_local(record->bytes, block.bytes);
    const ScopeFrame* const top = load_relaxed(thread.top);
    store_relaxed(record->last_cs, top->record_at->begin_cs);
    if (DREGS_LIKELY(block.scope == top->record)) return;  // as young as can be told
    const std::uint32_t lived = lifetime(thread, block.scope);
    if (lived > record->longest_cs) store_relaxed(record->longest_cs, lived);
}

}  // namespace dregs
