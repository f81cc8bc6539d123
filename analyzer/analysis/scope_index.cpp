// See scope_index.h.
#include "analyzer/analysis/scope_index.h"

#include <absl/strings/str_cat.h>

#include "analyzer/trace/error.h"

namespace dregs {
namespace {

constexpr int kMaxDepth = 256;  // of pools in pools: deeper ones are not followed

bool is_share(const format::Scope& scope) { return (format::scope_flags(scope.status) & format::kScopeShare) != 0; }
bool is_pool(const format::Scope& scope) { return (format::scope_flags(scope.status) & format::kScopePool) != 0; }

}  // namespace

std::string ScopeIndex::kind_name(std::uint32_t kind) const {
    if (kind == 0) return {};
    const format::Kind* found = trace_.kinds().find(kind);
    if (!found) throw Error(absl::StrCat(trace_.name(), ": scope kind ", kind, " is beyond its table"));
    return std::string(trace_.string(found->name));
}

ScopeFacts ScopeIndex::facts(std::uint32_t scope) const {
    const format::Scope* own = trace_.scopes().find(scope);
    if (scope == 0 || !own) return {};
    ScopeFacts facts{scope, own->kind, own->tid, own->thread_name, own->begin_cs, false};
    const bool share = is_share(*own);
    const format::Scope* instance = share ? trace_.scopes().find(own->parent) : own;
    if (!instance) return facts;
    if (share) {
        facts.instance = own->parent;
        facts.kind = instance->kind;
        // A stale share: its instance is another one by now.
        if (own->parent_generation != format::scope_generation(instance->status)) return facts;
    }
    facts.outlived = !trace_.scope_in_flux(scope) && outlived(facts.instance);
    return facts;
}

bool ScopeIndex::outlived(std::uint32_t instance) const {
    const format::Scope* scope = trace_.scopes().find(instance);
    if (!scope || scope->kind == 0 || trace_.scope_in_flux(instance)) return false;
    switch (format::scope_state(scope->status)) {
        case format::ScopeState::kClosed:
            return true;
        case format::ScopeState::kOpen:
            return is_pool(*scope) && ancestor_ended(*scope);
        default:
            return false;
    }
}

// A pool must be gone before what it was made in is.
bool ScopeIndex::ancestor_ended(const format::Scope& pool) const {
    const format::Scope* child = &pool;
    for (int depth = 0; depth < kMaxDepth && child->parent != 0; ++depth) {
        const format::Scope* parent = trace_.scopes().find(child->parent);
        if (!parent || trace_.scope_in_flux(child->parent)) return false;
        if (child->parent_generation != format::scope_generation(parent->status)) return true;  // ended and recycled
        if (parent->kind == 0) return false;
        if (format::scope_state(parent->status) != format::ScopeState::kOpen) return true;
        child = parent;
    }
    return false;
}

}  // namespace dregs
