// What is known of one module's addresses: what was kept from earlier runs where that still holds, else what its files
// say.
//
// Owns the look-up's order, and what is new in this run until it is kept. The module's files are opened when something
// is asked that is not in the cache, and not before. Used by Symbolizer, one for each module.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <memory>
#include <string>
#include <vector>

#include "analyzer/symbols/answer_text.h"
#include "analyzer/symbols/cache_record.h"
#include "analyzer/symbols/debug_files.h"
#include "analyzer/symbols/module_symbols.h"

namespace dregs {

class CachedModule {
  public:
    // `context`: on what the answers depend beside the module and its files; empty: nothing is kept. All but the module
    // must outlive this.
    CachedModule(const ModuleImage& module, const DebugFiles& debug_files, FileRoots roots, SymbolCache& cache,
                 const std::string& context, SymbolBudget& budget, const SymbolProgress& progress);

    // As those of ModuleSymbols. To be asked once for each address: an answer is handed over.
    std::vector<Frame> find(std::uint64_t lookup);
    std::vector<Frame> find_called(std::uint64_t return_address);
    const std::string& warning();

    // Whether the cache shall be told something.
    bool has_news() const;
    void keep();

  private:
    enum class Kind : std::uint64_t { kFrames, kCalled };
    struct Stretch {
        absl::flat_hash_map<std::uint64_t, std::vector<Frame>> known;
        AnswerText news;
        bool has_news = false;
    };

    std::vector<Frame> answer(Kind kind, std::uint64_t address);
    Stretch& stretch(Kind kind, std::uint64_t address);
    ModuleSymbols& symbols();

    ModuleImage module_;
    const DebugFiles& debug_files_;
    FileRoots roots_;
    SymbolBudget& budget_;
    const SymbolProgress& progress_;
    CacheRecord record_;
    std::unique_ptr<ModuleSymbols> symbols_;
    absl::flat_hash_map<std::int64_t, Stretch> stretches_;
};

}  // namespace dregs
