// See die_names.h. function -> make -> qualified -> scopes_of -> index: the last two only for names without a linkage
// name, once for each unit that has one.
#include "analyzer/symbols/die_names.h"

#include <dwarf.h>

#include <algorithm>
#include <cstring>

#include "analyzer/symbols/demangle.h"
#include "analyzer/symbols/die_walk.h"

namespace dregs {
namespace {

// References from instance to abstract function to declaration: two in practice, more only when garbled.
constexpr int kMaxReferences = 16;
constexpr std::size_t kMaxScopes = 64;
constexpr std::size_t kMaxName = 65'536;
constexpr const char* kUnnamed = "{unnamed}";  // gcc gives the class of a lambda no name

// The DIE that `die` is an instance or a definition of, as far as there is one.
Dwarf_Die declaration_of(Dwarf_Die die) {
    for (int i = 0; i < kMaxReferences; ++i) {
        Dwarf_Attribute attribute;
        Dwarf_Die target;
        if (!dwarf_attr(&die, DW_AT_abstract_origin, &attribute) && !dwarf_attr(&die, DW_AT_specification, &attribute))
            break;
        if (!dwarf_formref_die(&attribute, &target) || target.addr == die.addr) break;
        die = target;
    }
    return die;
}

// Empty: it has none. Of a name that is longer than any is, the beginning.
std::string text_of(Dwarf_Die& die, unsigned name) {
    Dwarf_Attribute attribute;
    const char* text = dwarf_attr_integrate(&die, name, &attribute) ? dwarf_formstring(&attribute) : nullptr;
    return text ? std::string(text, strnlen(text, kMaxName)) : std::string();
}

std::string linkage_name(Dwarf_Die& die) {
    std::string name = text_of(die, DW_AT_linkage_name);
    return name.empty() ? text_of(die, DW_AT_MIPS_linkage_name) : name;
}

bool is_scope(int tag) {
    return tag == DW_TAG_namespace || tag == DW_TAG_structure_type || tag == DW_TAG_class_type ||
           tag == DW_TAG_union_type || tag == DW_TAG_subprogram || tag == DW_TAG_module;
}

std::string scope_name(Dwarf_Die& die) {
    std::string name = text_of(die, DW_AT_name);
    if (!name.empty()) return name;
    switch (dwarf_tag(&die)) {
        case DW_TAG_namespace:
            return "(anonymous namespace)";
        case DW_TAG_subprogram:
        case DW_TAG_module:
            return "";
        default:
            return kUnnamed;
    }
}

}  // namespace

const std::string& DieNames::function(Dwarf_Die die, bool scoped) {
    const Dwarf_Die declaration = declaration_of(die);
    auto found = names_.find(declaration.addr);
    if (found == names_.end()) found = names_.emplace(declaration.addr, make(die, scoped)).first;
    budget_.note_text(found->second.size());
    return found->second;
}

void DieNames::clear() {
    names_.clear();
    scope_indices_.clear();
}

std::string DieNames::make(Dwarf_Die die, bool scoped) {
    // A C function may have a linkage name too (an asm label); its plain name is what its source says.
    const std::string linkage = linkage_name(die);
    std::string demangled;
    if (!linkage.empty() && demangle(linkage.c_str(), demangled)) return demangled;
    const std::string name = text_of(die, DW_AT_name);
    if (name.empty()) return linkage;
    return scoped ? qualified(declaration_of(die), name) : name;
}

std::string DieNames::qualified(Dwarf_Die declaration, const std::string& name) {
    Dwarf_Die unit;
    if (!dwarf_diecu(&declaration, &unit, nullptr, nullptr)) return name;
    const ScopeIndex& index = scopes_of(unit);
    const void* place = declaration.addr;
    auto found = std::lower_bound(index.functions.begin(), index.functions.end(), std::make_pair(place, 0u));
    if (found == index.functions.end() || found->first != place) return name;
    std::string text = name;
    std::size_t steps = 0;
    for (std::uint32_t scope = found->second;
         scope != ScopeIndex::kUnit && steps < kMaxScopes && text.size() < kMaxName; ++steps) {
        Dwarf_Die die = index.scopes[scope].die;
        std::string part = scope_name(die);
        if (steps == 0 && part == kUnnamed && name == "operator()") part = "{lambda}";
        if (!part.empty()) text.insert(0, part.append("::"));
        scope = index.scopes[scope].parent;
    }
    return text;
}

const DieNames::ScopeIndex& DieNames::scopes_of(Dwarf_Die unit) {
    auto found = scope_indices_.find(unit.addr);
    if (found == scope_indices_.end()) found = scope_indices_.emplace(unit.addr, index(unit)).first;
    return found->second;
}

DieNames::ScopeIndex DieNames::index(Dwarf_Die unit) {
    ScopeIndex index;
    std::vector<std::uint32_t> at_depth;  // the scope that children at this depth stand in
    at_depth.push_back(ScopeIndex::kUnit);
    walk_dies(unit, budget_, [&](Dwarf_Die& die, std::size_t depth) {
        const int tag = dwarf_tag(&die);
        const bool scope = is_scope(tag);
        if (!scope && tag != DW_TAG_lexical_block) return Descend::kNo;
        at_depth.resize(depth + 1, ScopeIndex::kUnit);
        if (tag == DW_TAG_subprogram) index.functions.emplace_back(die.addr, at_depth[depth]);
        std::uint32_t inner = at_depth[depth];
        if (scope) {
            inner = static_cast<std::uint32_t>(index.scopes.size());
            index.scopes.push_back({at_depth[depth], die});
        }
        at_depth.push_back(inner);
        return Descend::kYes;
    });
    return index;
}

}  // namespace dregs
