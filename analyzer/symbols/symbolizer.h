// Turns addresses into frames. The one door to the symbols room: everything else in this folder is behind it.
//
// Owns the open files, indices and caches of all modules it was asked about. Never names the nearest symbol: an address
// in no symbol, or in a file that is not the one that was traced, stays module+offset. Not thread-safe: one per thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "analyzer/symbols/debuginfod.h"
#include "analyzer/symbols/frame.h"
#include "analyzer/symbols/symbol_progress.h"

namespace dregs {

struct SymbolizerOptions {
    // Roots of separate debug files: ROOT/.build-id/xx/yyyy.debug and ROOT/folder/of/module/NAME.debug
    std::vector<std::string> debug_paths = {"/usr/lib/debug"};
    bool ask_servers = false;  // fetch debug files that are not here from DEBUGINFOD_URLS
    FetchLimits limits;        // how long that may take
    SymbolProgress progress;   // told of what takes long
    std::string sysroot;       // put before every module's path; for traces of another machine or container
    double budget = 1;         // how many times the usual time and memory symbols may take; 0: any
    std::string cache_folder;  // what was found out in earlier runs (see symbol_cache.h); empty: nothing is kept
};

class Symbolizer {
  public:
    explicit Symbolizer(const SymbolizerOptions& options = {});
    ~Symbolizer();
    Symbolizer(const Symbolizer&) = delete;
    Symbolizer& operator=(const Symbolizer&) = delete;

    // Frames of run-time address `pc`, innermost inlined function first; never empty. `pc` is a return address, so the
    // call before it is looked up, unless `exact`. The result stays valid as long as the symbolizer. Fast when asked in
    // address order; every order is right. Never throws for what stands in the module's files.
    const std::vector<Frame>& resolve(const ModuleImage& module, std::uint64_t pc, bool exact);

    // The function that was called where `pc` is the return address, as one frame; null: not known. Its place is where
    // the function begins, its module empty where that is another one.
    const Frame* called(const ModuleImage& module, std::uint64_t pc);

    // The function that stands for malloc in an allocator that is hidden in the module's file; empty: there is none, or
    // nobody can tell. Opens no other file, and none that was asked in an earlier run.
    const std::string& inner_allocator(const ModuleImage& module);

    // One line a module whose names cannot be known, and why. Grows as addresses are resolved.
    const std::vector<std::string>& warnings() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace dregs
