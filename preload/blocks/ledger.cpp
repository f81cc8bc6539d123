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
    const std::uint32_t now = thread.current_record->begin_cs;
    const std::uint32_t begin = load_relaxed(since->begin_cs);
    return now > begin ? now - begin : 0;
}

}  // namespace dregs
