// See scope_moments.h.
#include "analyzer/trace/scope_moments.h"

namespace dregs {

ScopeMoments::ScopeMoments(const ByteSource& source, const format::Header& header) {
    const RecordArray<format::Scope> scopes(source, header, format::kScopes);
    bytes_ = LazyBytes(scopes.size() * sizeof(Moment));
    auto* moments = reinterpret_cast<Moment*>(bytes_.data());
    for (auto at = scopes.begin(); at != scopes.end(); ++at) {
        const format::Scope& scope = *at;
        const bool blank = scope.status == 0 && scope.epoch == 0 && scope.parent == 0;
        if (!blank) moments[at.index()] = {scope.status, scope.epoch, scope.parent};  // a blank one costs nothing
    }
}

bool ScopeMoments::pool_holds(const format::SideBlock& block) const {
    if (block.scope >= size()) return false;
    const Moment& named = at(block.scope);
    if (format::scope_generation(named.status) != block.generation) return false;
    const bool share = (format::scope_flags(named.status) & format::kScopeShare) != 0;
    const std::uint32_t pool = share ? named.parent : block.scope;
    return pool < size() && at(pool).epoch == block.epoch;
}

// Open before and closed after, of the same generation: what was read open may have been freed before the close.
bool ScopeMoments::in_flux(std::uint64_t index, const format::Scope& after) const {
    if (index >= size()) return true;
    const Moment& before = at(index);
    if (format::scope_generation(before.status) != format::scope_generation(after.status)) return true;
    return format::scope_state(before.status) != format::scope_state(after.status) || before.epoch != after.epoch;
}

}  // namespace dregs
