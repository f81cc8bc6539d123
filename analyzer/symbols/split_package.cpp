// See split_package.h.
#include "analyzer/symbols/split_package.h"

#include "analyzer/symbols/value_at.h"

namespace dregs {
namespace {

constexpr std::size_t kHeaderBytes = 16;  // version, columns, units, slots
constexpr std::uint32_t kMaxColumns = 16;

// What a column is of, by its number.
std::optional<SplitSections::Section> section_of(std::uint32_t number) {
    switch (number) {
        case 1:
            return SplitSections::kInfo;
        case 3:
            return SplitSections::kAbbreviations;
        case 4:
            return SplitSections::kLine;
        case 6:
            return SplitSections::kStringOffsets;
        case 8:  // in version 2 that of macros, which DWARF 4 has no other use for
            return SplitSections::kRangeLists;
        default:
            return std::nullopt;
    }
}

}  // namespace

std::unique_ptr<SplitPackage> SplitPackage::open(std::shared_ptr<ElfImage> image, ModuleBudget& budget) {
    if (!image) return nullptr;
    std::unique_ptr<SplitPackage> package(new SplitPackage(SplitSections::of(std::move(image), budget)));
    return package->read_index() ? std::move(package) : nullptr;
}

bool SplitPackage::read_index() {
    index_ = whole_.holder->unpacked_bytes(".debug_cu_index");
    const auto version = value_at<std::uint16_t>(index_, 0);  // of four bytes in version 2
    const auto columns = value_at<std::uint32_t>(index_, 4);
    const auto slots = value_at<std::uint32_t>(index_, 12);
    units_ = value_at<std::uint32_t>(index_, 8);
    if ((version != 2 && version != 5) || columns > kMaxColumns) return false;
    const std::size_t rows = kHeaderBytes + std::size_t{slots} * sizeof(std::uint64_t);
    const std::size_t numbers = rows + std::size_t{slots} * sizeof(std::uint32_t);
    offsets_ = numbers + std::size_t{columns} * sizeof(std::uint32_t);
    if (offsets_ + std::size_t{2} * units_ * columns * sizeof(std::uint32_t) > index_.size()) return false;
    for (std::uint32_t i = 0; i < columns; ++i)
        columns_.push_back(section_of(value_at<std::uint32_t>(index_, numbers + i * sizeof(std::uint32_t))));
    for (std::size_t i = 0; i < slots; ++i) {
        const auto row = value_at<std::uint32_t>(index_, rows + i * sizeof(std::uint32_t));
        if (row == 0 || row > units_) continue;
        rows_.emplace(value_at<std::uint64_t>(index_, kHeaderBytes + i * sizeof(std::uint64_t)), row - 1);
    }
    return true;
}

std::string_view SplitPackage::part(std::uint32_t row, std::uint32_t column, std::string_view whole) const {
    const std::size_t place = (std::size_t{row} * columns_.size() + column) * sizeof(std::uint32_t);
    const std::size_t sizes = offsets_ + std::size_t{units_} * columns_.size() * sizeof(std::uint32_t);
    const auto offset = value_at<std::uint32_t>(index_, offsets_ + place);
    const auto size = value_at<std::uint32_t>(index_, sizes + place);
    return offset <= whole.size() && size <= whole.size() - offset ? whole.substr(offset, size) : std::string_view();
}

std::optional<SplitSections> SplitPackage::find(std::uint64_t id) const {
    const auto row = rows_.find(id);
    if (row == rows_.end()) return std::nullopt;
    SplitSections sections;
    sections.holder = whole_.holder;
    sections.bytes[SplitSections::kStrings] = whole_.bytes[SplitSections::kStrings];
    for (std::uint32_t i = 0; i < columns_.size(); ++i)
        if (columns_[i]) sections.bytes[*columns_[i]] = part(row->second, i, whole_.bytes[*columns_[i]]);
    return sections;
}

}  // namespace dregs
