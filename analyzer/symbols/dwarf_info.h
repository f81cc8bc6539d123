// The debugging information of one file: from an address to source functions and lines.
//
// Owns libdw's handle, the index of units by address, and the bound on memory: when look-ups have made libdw keep more
// than a limit, everything is dropped and opened again. Used by ModuleSymbols.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "analyzer/symbols/dwarf_unit.h"
#include "analyzer/symbols/elf_image.h"
#include "analyzer/symbols/split_files.h"

namespace dregs {

class DwarfInfo {
  public:
    // Finds the file that a .gnu_debugaltlink (dwz) means; null: not there.
    using FindAlternative = std::function<std::shared_ptr<ElfImage>(const std::string& name, const BuildId& id)>;

    using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

    // Null where the file holds no DWARF. `split_files`: where to look for what was split off; null: nowhere. `budget`
    // must outlive this; where it is spent, here and in find(), nothing more is to be asked.
    static std::unique_ptr<DwarfInfo> open(std::shared_ptr<ElfImage> image, const FindAlternative& find_alternative,
                                           std::unique_ptr<SplitFiles> split_files, ModuleBudget& budget,
                                           const Progress& progress = {});
    ~DwarfInfo();
    DwarfInfo(const DwarfInfo&) = delete;
    DwarfInfo& operator=(const DwarfInfo&) = delete;

    // Functions at `address` of the file, innermost first; empty: not known.
    std::vector<SourceFrame> find(std::uint64_t address);

    // Units whose other halves are in files of their own.
    struct Split {
        std::size_t units = 0;
        std::size_t missing = 0;    // that have no such file
        std::string first_missing;  // its name, as the compiler was told
    };
    const Split& split() const { return split_; }

    // What makes it start anew. For tests.
    void set_memory_limit(std::size_t bytes) { memory_limit_ = bytes; }

  private:
    struct UnitPlace {
        Dwarf_Die unit;
        bool is_skeleton;  // its functions are in another file
    };
    DwarfInfo(std::shared_ptr<ElfImage> image, std::unique_ptr<SplitFiles> split_files, ModuleBudget& budget)
        : budget_(budget), image_(std::move(image)), split_files_(std::move(split_files)), names_(budget) {}
    bool begin();
    void end();
    void find_alternative_image(const FindAlternative& find_alternative);
    void attach_alternative();
    void index_units(const Progress& progress);
    void index_unit(Dwarf_Die unit, bool is_skeleton);
    DwarfUnit& unit(std::uint32_t index);
    void start_anew();

    ModuleBudget& budget_;
    std::shared_ptr<ElfImage> image_;
    std::unique_ptr<SplitFiles> split_files_;
    Split split_;
    std::shared_ptr<ElfImage> alternative_image_;
    Dwarf* dwarf_ = nullptr;
    Dwarf* alternative_ = nullptr;
    std::vector<UnitPlace> places_;
    std::vector<std::unique_ptr<DwarfUnit>> units_;
    RangeMap<std::uint32_t> ranges_;
    DieNames names_;
    std::size_t memory_ = 0;
    std::size_t memory_limit_ = std::size_t{1} << 30;
};

}  // namespace dregs
