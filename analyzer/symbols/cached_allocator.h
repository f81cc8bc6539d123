// The allocator that is hidden in one module: what was kept of it from earlier runs where that still holds, else what
// the module's file says.
//
// Asked of every module of a trace, so nothing but its file is opened, and no debug file looked for: see
// cache_record.h. Used by Symbolizer, one for each module that is asked about.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "analyzer/symbols/cache_record.h"
#include "analyzer/symbols/elf_image.h"

namespace dregs {

// Of files that were searched: a trace may have one file as thousands of modules.
using InnerAllocators = std::map<FileKey, std::string>;

class CachedAllocator {
  public:
    // As those of CachedModule; what is opened is closed again. `searched`: what was found in each file in this run.
    CachedAllocator(const ModuleImage& module, const FileRoots& roots, SymbolCache& cache, const std::string& context,
                    InnerAllocators& searched);

    // As find_inner_allocator().
    const std::string& name() const { return name_; }

    // Whether the cache shall be told something.
    bool has_news() const { return record_.may_keep() && (found_ || record_.is_old()); }
    void keep();

  private:
    void find(const ModuleImage& module, const FileRoots& roots, InnerAllocators& searched);

    CacheRecord record_;
    std::optional<FileProbes> found_;  // in this run, where that was
    std::string name_;
};

}  // namespace dregs
