// What the symbol cache has of one module, believed only while the files that it came from are the same.
//
// Owns the record's key and the proof that it still holds. There are two of a module, for what is kept depends on
// different files: names (CachedModule) on debug files, too, the hidden allocator (CachedAllocator) on nothing but the
// module's own. Neither uses the other's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "analyzer/symbols/file_probes.h"
#include "analyzer/symbols/frame.h"
#include "analyzer/symbols/symbol_cache.h"

namespace dregs {

class CacheRecord {
  public:
    // `context`: on what the answers depend beside the module and its files, and what they are of; empty: nothing is
    // kept. The cache must outlive this.
    CacheRecord(const ModuleImage& module, const FileRoots& roots, SymbolCache& cache, const std::string& context);

    // Whether something may be kept.
    bool may_keep() const { return !key_.empty(); }
    // Whether there is something that holds.
    bool holds() const { return kept_.has_value(); }
    // Not marked as used for a day.
    bool is_old() const { return kept_ && kept_->old; }
    // Of one that holds.
    const std::string& warning() const { return kept_->warning; }
    std::string answers(std::int64_t stretch) const { return cache_.answers(*kept_, stretch); }
    void mark_used() { cache_.mark_used(*kept_); }

    // What was found out in the files that `probes` saw, if that can be kept.
    void add(const FileProbes& probes, const std::string& warning, const SymbolCache::Additions& additions);

  private:
    SymbolCache& cache_;
    std::string key_;  // empty: nothing is kept
    std::optional<SymbolCache::Module> kept_;
};

}  // namespace dregs
