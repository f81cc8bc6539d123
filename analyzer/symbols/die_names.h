// Names of functions as DWARF tells them.
//
// Owns the choice of name: C++ and Rust by linkage name, demangled; C by plain name; functions without a linkage name
// (static ones, lambdas) by name within namespaces and classes. Remembers each, for inlined functions come again and
// again. Used by DwarfUnit.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "analyzer/symbols/symbol_budget.h"

namespace dregs {

class DieNames {
  public:
    // `budget` must outlive this.
    explicit DieNames(ModuleBudget& budget) : budget_(budget) {}

    // Name of the function that `die` is a compiled, inlined or abstract instance of; empty: it has none. `scoped`:
    // whether its language has namespaces.
    const std::string& function(Dwarf_Die die, bool scoped);
    void clear();

  private:
    // The named scopes of one unit, and which of them each function stands in.
    struct ScopeIndex {
        static constexpr std::uint32_t kUnit = UINT32_MAX;
        struct Scope {
            std::uint32_t parent;
            Dwarf_Die die;
        };
        std::vector<Scope> scopes;
        std::vector<std::pair<const void*, std::uint32_t>> functions;  // address of the DIE, scope; sorted
    };
    std::string make(Dwarf_Die die, bool scoped);
    std::string qualified(Dwarf_Die declaration, const std::string& name);
    const ScopeIndex& scopes_of(Dwarf_Die unit);
    ScopeIndex index(Dwarf_Die unit);

    ModuleBudget& budget_;

    std::unordered_map<const void*, std::string> names_;         // by address of the abstract DIE
    std::unordered_map<const void*, ScopeIndex> scope_indices_;  // by address of the unit's DIE
};

}  // namespace dregs
