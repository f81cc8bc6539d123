// See dwarf_info.h. open -> begin, attach_alternative, index_units; find -> unit -> DwarfUnit::find.
#include "analyzer/symbols/dwarf_info.h"

#include <dwarf.h>
#include <elfutils/libdwelf.h>

#include <filesystem>

#include "analyzer/symbols/die_ranges.h"

namespace dregs {
namespace {

std::filesystem::path text_of(Dwarf_Die& die, unsigned attribute) {
    Dwarf_Attribute found;
    const char* text = dwarf_formstring(dwarf_attr(&die, attribute, &found));
    return text ? text : "";
}

bool is_missing_or_file(const std::filesystem::path& path, FileProbes& probes) {
    probes.look(FileProbes::Where::kHere, path.string());
    std::error_code error;
    const auto kind = std::filesystem::status(path, error).type();
    if (kind == std::filesystem::file_type::not_found) return true;
    // The empty files of /proc and its like block whoever reads them.
    return kind == std::filesystem::file_type::regular && std::filesystem::file_size(path, error) > 0 && !error;
}

// Whether libdw may look for a skeleton's other half: it opens whatever has that name, and a FIFO would keep us for
// ever. It tries beside the file that names it, then in the folder of the compilation.
bool may_open_split(const std::string& image_path, Dwarf_Die& skeleton, FileProbes& probes) {
    std::filesystem::path name = text_of(skeleton, DW_AT_dwo_name);
    if (name.empty()) name = text_of(skeleton, DW_AT_GNU_dwo_name);
    std::error_code error;
    const std::filesystem::path folder = std::filesystem::canonical(image_path, error).parent_path();
    const std::filesystem::path compiled_in = folder / text_of(skeleton, DW_AT_comp_dir);
    return is_missing_or_file(folder / name, probes) && is_missing_or_file(compiled_in / name, probes);
}

}  // namespace

std::unique_ptr<DwarfInfo> DwarfInfo::open(std::shared_ptr<ElfImage> image, const FindAlternative& find_alternative,
                                           FileProbes& probes, const Progress& progress) {
    if (!image) return nullptr;
    std::unique_ptr<DwarfInfo> info(new DwarfInfo(std::move(image), probes));
    if (!info->begin()) return nullptr;
    info->attach_alternative(find_alternative);
    info->index_units(progress);
    return info;
}

DwarfInfo::~DwarfInfo() { end(); }

bool DwarfInfo::begin() {
    dwarf_ = dwarf_begin_elf(image_->handle(), DWARF_C_READ, nullptr);
    if (dwarf_ && alternative_image_)
        alternative_ = dwarf_begin_elf(alternative_image_->handle(), DWARF_C_READ, nullptr);
    if (alternative_) dwarf_setalt(dwarf_, alternative_);
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

void DwarfInfo::attach_alternative(const FindAlternative& find_alternative) {
    const char* name = nullptr;
    const void* bytes = nullptr;
    const ssize_t size = dwelf_dwarf_gnu_debugaltlink(dwarf_, &name, &bytes);
    if (size <= 0 || !find_alternative) return;
    const auto* first = static_cast<const std::uint8_t*>(bytes);
    alternative_image_ = find_alternative(name, BuildId(first, first + size));
    if (!alternative_image_) return;
    alternative_ = dwarf_begin_elf(alternative_image_->handle(), DWARF_C_READ, nullptr);
    if (alternative_) dwarf_setalt(dwarf_, alternative_);
}

void DwarfInfo::index_units(const Progress& progress) {
    // Several units may claim one address: GNU ld makes what an object says of its copy of an inline function refer to
    // the copy that was kept, if that has the same size. The kept one is the first object's, so the first unit is
    // right.
    ranges_ = {};
    Dwarf_CU* cu = nullptr;
    Dwarf_Die unit;
    std::uint8_t type = 0;
    const std::uint64_t bytes = progress ? image_->section_bytes(".debug_info").size() : 0;
    for (std::size_t count = 0; dwarf_get_units(dwarf_, cu, &cu, nullptr, &type, &unit, nullptr) == 0; ++count) {
        if (progress && count % 64 == 0) progress(dwarf_dieoffset(&unit), bytes);
        if (type == DW_UT_compile) index_unit(unit, unit);
        if (type == DW_UT_skeleton) index_unit(unit, split_of(cu, unit));
    }
    ranges_.seal();
    units_.resize(places_.size());
}

// The other half of a skeleton, in a .dwo file; the skeleton itself where that cannot be had.
Dwarf_Die DwarfInfo::split_of(Dwarf_CU* cu, Dwarf_Die unit) const {
    Dwarf_Die split{};
    if (!may_open_split(image_->path(), unit, probes_)) return unit;
    const int result = dwarf_cu_info(cu, nullptr, nullptr, nullptr, &split, nullptr, nullptr, nullptr);
    return result == 0 && split.addr ? split : unit;
}

void DwarfInfo::index_unit(Dwarf_Die unit, Dwarf_Die split) {
    const auto index = static_cast<std::uint32_t>(places_.size());
    bool has_code = false;
    for_each_range(unit, [&](std::uint64_t begin, std::uint64_t end) {
        if (!image_->is_code(begin)) return;  // left by the linker of a function it threw away
        ranges_.add(begin, end, index);
        has_code = true;
    });
    if (has_code) places_.push_back({unit, split});
}

DwarfUnit& DwarfInfo::unit(std::uint32_t index) {
    if (!units_[index]) units_[index] = std::make_unique<DwarfUnit>(places_[index].unit, places_[index].split);
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
