// The half of a compilation unit that -gsplit-dwarf leaves out of the program: read as if it had never been parted.
//
// libdw joins the halves by itself, but only where the compiler put them, not out of a package (.dwp; libdw before
// 0.191) nor below a sysroot, and it opens whatever bears the name. So the unit's sections are handed to it as an ELF
// file of their own that exists in memory alone: under the names they have in a whole program, with the program's
// addresses and ranges from where this unit's begin. Source: DWARF 5, 7.3.2 and 7.3.3; GNU's extension of DWARF 4
// likewise. Used by DwarfInfo; SplitFiles finds the sections.
#pragma once

#include <elfutils/libdw.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "analyzer/symbols/elf_image.h"

namespace dregs {

// A unit's part of each section of a .dwo file or package; empty: it has none.
struct SplitSections {
    enum Section { kInfo, kAbbreviations, kLine, kStrings, kStringOffsets, kRangeLists, kCount };
    static constexpr const char* kNames[kCount] = {".debug_info", ".debug_abbrev",      ".debug_line",
                                                   ".debug_str",  ".debug_str_offsets", ".debug_rnglists"};

    // All that a .dwo file or package has.
    static SplitSections of(std::shared_ptr<ElfImage> image, ModuleBudget& budget);

    std::array<std::string_view, kCount> bytes;
    std::shared_ptr<ElfImage> holder;  // owns them
};

class SplitUnit {
  public:
    // What a skeleton, the half in the program, says of the other.
    struct Skeleton {
        explicit Skeleton(Dwarf_Die unit);

        Dwarf_Die unit;
        std::uint64_t id = 0;  // both halves have it
        std::string name;      // of the .dwo file, as the compiler was told
        std::string folder;    // where the compiler ran
    };

    // `program` has the skeleton. Null: there is no unit of that id.
    static std::unique_ptr<SplitUnit> open(SplitSections sections, const Skeleton& skeleton, ElfImage& program,
                                           ModuleBudget& budget);
    ~SplitUnit();
    SplitUnit(const SplitUnit&) = delete;
    SplitUnit& operator=(const SplitUnit&) = delete;

    Dwarf_Die die() const { return die_; }
    // What lists of ranges count from, where they do not say themselves. The skeleton says it, and libdw was not told
    // where that is.
    std::uint64_t range_base() const { return range_base_; }
    // Where dwarf_ranges() shall begin for an entry of this unit; 0: it finds out itself.
    std::ptrdiff_t begin_of_ranges(Dwarf_Die& die) const;
    // Whether it numbers its files itself; else the skeleton does.
    bool has_files() const { return !sections_.bytes[SplitSections::kLine].empty(); }

  private:
    explicit SplitUnit(SplitSections sections) : sections_(std::move(sections)) {}
    bool begin(ModuleBudget& budget);
    bool add_sections();
    bool add_section(const char* name, std::string_view bytes);
    Elf_Scn* add_contents(std::string_view bytes, std::size_t name, std::uint32_t type);
    bool find_unit(std::uint64_t id, ModuleBudget& budget);

    SplitSections sections_;
    std::string_view addresses_;
    std::string_view ranges_;  // of DWARF 4
    std::uint64_t range_base_ = 0;
    std::string names_;  // of the sections
    Elf* elf_ = nullptr;
    Dwarf* dwarf_ = nullptr;
    Dwarf_Die die_{};
};

}  // namespace dregs
