// See dwarf_unit.h. find -> index_functions (once), inline_tree (once a function), lines (once).
#include "analyzer/symbols/dwarf_unit.h"

#include <dwarf.h>

#include "analyzer/symbols/die_ranges.h"
#include "analyzer/symbols/die_walk.h"

namespace dregs {
namespace {

constexpr std::size_t kBytesPerRow = 32;
constexpr std::size_t kBytesPerFunction = 96;
constexpr std::size_t kBytesPerCall = 160;
constexpr std::size_t kBytesPerHalf = 1u << 16;  // libdw's handle of its file, and the pages that were read

constexpr int kLanguageC17 = 0x2c;  // DWARF 6; not in every dwarf.h

bool is_c(int language) {
    return language == DW_LANG_C || language == DW_LANG_C89 || language == DW_LANG_C99 || language == DW_LANG_C11 ||
           language == kLanguageC17 || language == DW_LANG_Mips_Assembler;
}

// Entries below which a compiled function may stand.
bool may_hold_functions(int tag) {
    return tag == DW_TAG_namespace || tag == DW_TAG_structure_type || tag == DW_TAG_class_type ||
           tag == DW_TAG_union_type || tag == DW_TAG_enumeration_type || tag == DW_TAG_module ||
           tag == DW_TAG_subprogram || tag == DW_TAG_lexical_block;
}

}  // namespace

DwarfUnit::DwarfUnit(Dwarf_Die unit, std::unique_ptr<SplitUnit> split, ModuleBudget& budget)
    : budget_(budget), unit_(unit), split_(std::move(split)), entries_(split_ ? split_->die() : unit) {
    if (split_) growth_ = kBytesPerHalf;
    scoped_ = !is_c(dwarf_srclang(&entries_));
}

void DwarfUnit::index_functions() {
    indexed_ = true;
    walk_dies(entries_, budget_, [&](Dwarf_Die& die, std::size_t depth) {
        const int tag = dwarf_tag(&die);
        if (tag == DW_TAG_subprogram) {
            const auto index = static_cast<std::uint32_t>(functions_.size());
            bool compiled = false;
            for_each_range(die, split_.get(), budget_, [&](std::uint64_t begin, std::uint64_t end) {
                ranges_.add(begin, end, index, static_cast<std::uint32_t>(depth));
                compiled = true;
            });
            if (compiled) functions_.push_back(die);
        }
        return may_hold_functions(tag) ? Descend::kYes : Descend::kNo;
    });
    ranges_.seal(budget_);
    growth_ += functions_.size() * kBytesPerFunction;
}

LineTable& DwarfUnit::lines() {
    if (!lines_) {
        lines_ = std::make_unique<LineTable>(unit_, split_ && split_->has_files() ? entries_ : unit_, budget_);
        growth_ += lines_->rows() * kBytesPerRow;
    }
    return *lines_;
}

const InlineTree& DwarfUnit::inline_tree(std::uint32_t function) {
    auto found = inline_trees_.find(function);
    if (found == inline_trees_.end()) {
        found = inline_trees_.emplace(function, InlineTree(functions_[function], split_.get(), budget_)).first;
        growth_ += found->second.size() * kBytesPerCall;
    }
    return found->second;
}

bool DwarfUnit::find(std::uint64_t address, DieNames& names, std::vector<SourceFrame>& frames) {
    if (!indexed_) index_functions();
    const auto* range = ranges_.find(address);
    if (!range) return false;
    const InlineTree& tree = inline_tree(range->value);
    SourcePlace place = lines().at(address);
    for (std::uint32_t at = tree.innermost(address); at != InlineTree::kFunction; at = tree.call(at).parent) {
        const InlineTree::Call& call = tree.call(at);
        budget_.step(ModuleBudget::kHeavy);
        frames.push_back({names.function(call.die, scoped_), std::move(place), true, range->begin});
        place = {lines().file(call.file), static_cast<int>(call.line), static_cast<int>(call.column)};
    }
    frames.push_back({names.function(functions_[range->value], scoped_), std::move(place), false, range->begin});
    return true;
}

}  // namespace dregs
