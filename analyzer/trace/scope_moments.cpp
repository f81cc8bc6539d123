// See scope_moments.h.
#include "analyzer/trace/scope_moments.h"

namespace dregs {

ScopeMoments::ScopeMoments(const ByteSource& source, const format::Header& header) {
    const RecordArray<format::Scope> scopes(source, header, format::kScopes);
    moments_.reserve(scopes.size());
    for (const format::Scope& scope : scopes) moments_.push_back({scope.status, scope.epoch, scope.parent});
}

bool ScopeMoments::pool_holds(const format::SideBlock& block) const {
    if (block.scope >= moments_.size()) return false;
    const Moment& named = moments_[block.scope];
    if (format::scope_generation(named.status) != block.generation) return false;
    const bool share = (format::scope_flags(named.status) & format::kScopeShare) != 0;
    const std::uint32_t pool = share ? named.parent : block.scope;
    return pool < moments_.size() && moments_[pool].epoch == block.epoch;
}

// Open before and closed after, of the same generation: what was read open may have been freed before the close.
bool ScopeMoments::in_flux(std::uint64_t index, const format::Scope& after) const {
    if (index >= moments_.size()) return true;
    const Moment& before = moments_[index];
    if (format::scope_generation(before.status) != format::scope_generation(after.status)) return true;
    return format::scope_state(before.status) != format::scope_state(after.status) || before.epoch != after.epoch;
}

}  // namespace dregs
