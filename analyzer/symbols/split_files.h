// Where the other halves of a program's split units are: in .dwo files or in a package.
//
// Owns the packages that were found, and the belief in what is found: a unit is the one that has the skeleton's id.
// Which places there are, DebugFiles knows. Used by DwarfInfo.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analyzer/symbols/debug_files.h"
#include "analyzer/symbols/split_package.h"
#include "analyzer/symbols/split_unit.h"

namespace dregs {

class SplitFiles {
  public:
    // What the program is, beside the file with its DWARF.
    struct Program {
        FileProbes::Where where;
        std::string path;
        BuildId build_id;
    };

    // All must outlive this.
    SplitFiles(const DebugFiles& debug_files, Program program, FileProbes& probes)
        : debug_files_(debug_files), program_(std::move(program)), probes_(probes) {}

    // Notes what the answer for this unit will depend on; opens nothing but packages. False: there is no file for it.
    bool note(const SplitUnit::Skeleton& skeleton, const ElfImage& image, ModuleBudget& budget);

    // The other half of a unit of `image`. Null: not there.
    std::unique_ptr<SplitUnit> find(const SplitUnit::Skeleton& skeleton, ElfImage& image, ModuleBudget& budget);

  private:
    std::optional<SplitSections> packed(std::uint64_t id, const ElfImage& image, ModuleBudget& budget);
    void open_packages(const ElfImage& image, ModuleBudget& budget);

    const DebugFiles& debug_files_;
    Program program_;
    FileProbes& probes_;
    bool packages_known_ = false;
    std::vector<std::unique_ptr<SplitPackage>> packages_;
};

}  // namespace dregs
