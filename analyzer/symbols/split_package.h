// A package of split DWARF (.dwp): which parts of its sections belong to which unit.
//
// Owns the reading of .debug_cu_index, which libdw before 0.191 does not do. Believes nothing in it: what lies outside
// a section is left out. Source: DWARF 5, 7.3.5; GNU's version 2 of the index (DWARF 4) differs in the numbers of the
// sections. Used by SplitFiles.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analyzer/symbols/elf_image.h"
#include "analyzer/symbols/split_unit.h"

namespace dregs {

class SplitPackage {
  public:
    // Null where the file is no package of a version that exists.
    static std::unique_ptr<SplitPackage> open(std::shared_ptr<ElfImage> image, ModuleBudget& budget);

    // Nothing: it has no such unit.
    std::optional<SplitSections> find(std::uint64_t id) const;

  private:
    explicit SplitPackage(SplitSections whole) : whole_(std::move(whole)) {}
    bool read_index();
    std::string_view part(std::uint32_t row, std::uint32_t column, std::string_view whole) const;

    SplitSections whole_;
    std::string_view index_;
    std::vector<std::optional<SplitSections::Section>> columns_;
    std::uint32_t units_ = 0;
    std::size_t offsets_ = 0;  // where the parts' offsets begin in the index; their sizes follow
    std::unordered_map<std::uint64_t, std::uint32_t> rows_;
};

}  // namespace dregs
