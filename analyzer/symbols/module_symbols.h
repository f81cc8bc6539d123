// Everything that is known of one module's addresses.
//
// Owns the choice between module and separate debug file, and the choice between DWARF and symbol table. Used by
// CachedModule, one for each module.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "analyzer/symbols/call_targets.h"
#include "analyzer/symbols/debug_files.h"
#include "analyzer/symbols/dwarf_info.h"
#include "analyzer/symbols/elf_image.h"
#include "analyzer/symbols/file_probes.h"
#include "analyzer/symbols/frame.h"
#include "analyzer/symbols/symbol_budget.h"
#include "analyzer/symbols/symbol_progress.h"
#include "analyzer/symbols/symbol_table.h"

namespace dregs {

class ModuleSymbols {
  public:
    // The files may be here, below the sysroot, or the process's. `all`: what the symbols of all modules may cost. It
    // and `debug_files` must outlive this.
    ModuleSymbols(const ModuleImage& module, const DebugFiles& debug_files, FileRoots roots, SymbolBudget& all,
                  const SymbolProgress& progress = {});
    ModuleSymbols(const ModuleSymbols&) = delete;
    ModuleSymbols& operator=(const ModuleSymbols&) = delete;

    // Frames of the address `lookup` of the file, innermost first; empty: nothing is known. `module` and `offset` are
    // left to the caller.
    std::vector<Frame> find(std::uint64_t lookup);

    // The function that the call before `return_address` (of the file) called. Empty: not known. As for find().
    std::vector<Frame> find_called(std::uint64_t return_address);

    // Why names are not known; empty: they are, as far as the files tell. May change with what is asked.
    const std::string& warning() const { return warning_; }

    // What all answers depend on.
    const FileProbes& probes() const { return probes_; }

  private:
    // Where the module was found, or first looked for.
    FileProbes::Where open_module(const ModuleImage& module, const DebugFiles& debug_files);
    void read_symbols();
    void read_dwarf(const ModuleImage& module, const DebugFiles& debug_files, FileProbes::Where found,
                    const SymbolProgress& progress);
    // Does what reads symbols as long as that may be done.
    template <class Work>
    void within_budget(Work work);
    // Lets go what took too much, and says so.
    void do_with_less();
    std::string what_is_left_out() const;
    std::vector<Frame> source_frames(std::uint64_t lookup);
    void name_by_symbol(Frame& frame, std::uint64_t lookup) const;
    // glibc's source says `__libc_malloc` where all the world says `malloc`: takes the shorter name of the same code.
    void prefer_public_name(Frame& frame, std::uint64_t begin) const;

    std::string path_;
    ModuleBudget budget_;
    FileProbes probes_;
    std::shared_ptr<ElfImage> file_;   // the module itself, verified
    std::shared_ptr<ElfImage> debug_;  // its separate debug file
    std::unique_ptr<DwarfInfo> dwarf_;
    CallTargets call_targets_{nullptr, budget_};
    SymbolTable symbols_;
    bool has_symbols_ = false;  // they were read
    std::string warning_;
};

}  // namespace dregs
