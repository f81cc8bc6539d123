// See dwarf_info.h. open -> begin, attach_alternative, index_units; find -> unit -> DwarfUnit::find.
#include "analyzer/symbols/dwarf_info.h"

#include <dwarf.h>
#include <elfutils/libdwelf.h>

#include <climits>
#include <cstring>

#include "analyzer/symbols/die_ranges.h"

namespace dregs {
namespace {

constexpr ssize_t kMostOfId = 64;

// Makes libdw read each unit now: a reference to one that it does not know yet makes it read all before that in one go.
template <typename Visit>
void for_each_unit(Dwarf* dwarf, ModuleBudget& budget, Visit&& visit) {
    Dwarf_CU* cu = nullptr;
    Dwarf_Die unit;
    std::uint8_t type = 0;
    while (dwarf_get_units(dwarf, cu, &cu, nullptr, &type, &unit, nullptr) == 0) {
        budget.step(ModuleBudget::kHeavy);
        visit(unit, type);
    }
}

}  // namespace

std::unique_ptr<DwarfInfo> DwarfInfo::open(std::shared_ptr<ElfImage> image, const FindAlternative& find_alternative,
                                           std::unique_ptr<SplitFiles> split_files, ModuleBudget& budget,
                                           const Progress& progress) {
    if (!image) return nullptr;
    std::unique_ptr<DwarfInfo> info(new DwarfInfo(std::move(image), std::move(split_files), budget));
    if (!info->begin()) return nullptr;
    info->find_alternative_image(find_alternative);
    info->attach_alternative();
    info->index_units(progress);
    return info;
}

DwarfInfo::~DwarfInfo() { end(); }

bool DwarfInfo::begin() {
    dwarf_ = begin_dwarf(image_->handle(), budget_);
    if (dwarf_) attach_alternative();
    return dwarf_ != nullptr;
}

void DwarfInfo::end() {
    names_.clear();
    units_.clear();
    places_.clear();
    if (dwarf_) dwarf_end(dwarf_);
    if (alternative_) dwarf_end(alternative_);
    dwarf_ = alternative_ = nullptr;
    memory_ = 0;
}

void DwarfInfo::find_alternative_image(const FindAlternative& find_alternative) {
    const char* name = nullptr;
    const void* bytes = nullptr;
    const ssize_t size = dwelf_dwarf_gnu_debugaltlink(dwarf_, &name, &bytes);
    if (size <= 0 || size > kMostOfId || !find_alternative || strnlen(name, PATH_MAX) == PATH_MAX) return;
    const auto* first = static_cast<const std::uint8_t*>(bytes);
    alternative_image_ = find_alternative(name, BuildId(first, first + size));
    if (alternative_image_) budget_.allow_file(alternative_image_->file_key(), alternative_image_->stored_bytes());
}

void DwarfInfo::attach_alternative() {
    if (!alternative_image_) return;
    alternative_ = begin_dwarf(alternative_image_->handle(), budget_);
    if (!alternative_) return;
    dwarf_setalt(dwarf_, alternative_);
    for_each_unit(alternative_, budget_, [](Dwarf_Die&, std::uint8_t) {});
}

void DwarfInfo::index_units(const Progress& progress) {
    // Several units may claim one address: GNU ld makes what an object says of its copy of an inline function refer to
    // the copy that was kept, if that has the same size. The kept one is the first object's, so the first unit is
    // right.
    ranges_ = {};
    split_ = {};
    const std::uint64_t bytes = progress ? image_->section_bytes(".debug_info").size() : 0;
    std::size_t count = 0;
    for_each_unit(dwarf_, budget_, [&](Dwarf_Die& unit, std::uint8_t type) {
        if (progress && count++ % 64 == 0) progress(dwarf_dieoffset(&unit), bytes);
        if (type == DW_UT_compile || type == DW_UT_skeleton) index_unit(unit, type == DW_UT_skeleton);
    });
    ranges_.seal(budget_);
    units_.resize(places_.size());
}

void DwarfInfo::index_unit(Dwarf_Die unit, bool is_skeleton) {
    const auto index = static_cast<std::uint32_t>(places_.size());
    bool has_code = false;
    for_each_range(unit, nullptr, budget_, [&](std::uint64_t begin, std::uint64_t end) {
        if (!image_->is_code(begin)) return;  // left by the linker of a function it threw away
        ranges_.add(begin, end, index);
        has_code = true;
    });
    if (!has_code) return;
    places_.push_back({unit, is_skeleton});
    if (!is_skeleton || !split_files_) return;
    const SplitUnit::Skeleton skeleton(unit);
    ++split_.units;
    if (split_files_->note(skeleton, *image_, budget_)) return;
    if (split_.missing++ == 0) split_.first_missing = skeleton.name;
}

DwarfUnit& DwarfInfo::unit(std::uint32_t index) {
    if (units_[index]) return *units_[index];
    const UnitPlace& place = places_[index];
    const bool look = place.is_skeleton && split_files_;
    auto split = look ? split_files_->find(SplitUnit::Skeleton(place.unit), *image_, budget_) : nullptr;
    units_[index] = std::make_unique<DwarfUnit>(place.unit, std::move(split), budget_);
    return *units_[index];
}

void DwarfInfo::start_anew() {
    end();
    if (begin()) index_units({});
}

std::vector<SourceFrame> DwarfInfo::find(std::uint64_t address) {
    std::vector<SourceFrame> frames;
    if (memory_ > memory_limit_) start_anew();
    const auto* range = ranges_.find(address);
    if (!range || range->value >= units_.size()) return frames;
    DwarfUnit& found = unit(range->value);
    if (!found.find(address, names_, frames)) {
        SourcePlace place = found.place(address);
        if (place.line > 0) frames.push_back({std::string(), std::move(place), false, 0});
    }
    memory_ += found.take_growth();
    return frames;
}

}  // namespace dregs
