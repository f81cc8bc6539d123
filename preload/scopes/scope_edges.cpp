#include "preload/scopes/scope_edges.h"

namespace dregs {

void ScopeEdges::attach(TraceFile& file, SlowLock& lock) {
    lock_ = &lock;
    edges_.attach(file, lock);
}

DREGS_COLD void ScopeEdges::add(std::uint32_t kind, std::uint32_t stack, format::ScopeEdgeKind edge) {
    SlowSection section(*lock_);
    if (!section.held()) return;
    for (std::uint32_t i = 1; i <= count_; ++i) {
        format::ScopeEdge& known = edges_.at(i);
        if (known.kind == kind && known.stack == stack && known.edge == edge) return add_local(known.looks, 1);
    }
    if (count_ >= kMost) return edges_.say_full();
    const std::uint32_t index = edges_.append_locked();
    if (!index) return;
    format::ScopeEdge& record = edges_.at(index);
    record.kind = kind;
    record.stack = stack;
    record.edge = edge;
    store_release(record.looks, std::uint64_t{1});
    count_ = index;
}

}  // namespace dregs
