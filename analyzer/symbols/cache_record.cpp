// See cache_record.h.
#include "analyzer/symbols/cache_record.h"

#include "analyzer/symbols/byte_text.h"
#include "analyzer/symbols/elf_image.h"

namespace dregs {
namespace {

// Everything that the answers depend on, but for the files themselves.
std::string key_of(const ModuleImage& module, const std::string& context) {
    if (context.empty() || module.vdso) return "";
    ByteWriter key;
    key.text(context);
    key.text(module.path);
    key.text(to_hex(module.build_id));
    for (const std::uint64_t part : {module.file_bytes, module.file_mtime_ns, std::uint64_t{module.pid != 0 ? 1u : 0u},
                                     std::uint64_t{module.main ? 1u : 0u}})
        key.number(part);
    return key.bytes();
}

}  // namespace

CacheRecord::CacheRecord(const ModuleImage& module, const FileRoots& roots, SymbolCache& cache,
                         const std::string& context)
    : cache_(cache) {
    if (cache_.usable()) key_ = key_of(module, context);
    if (!key_.empty()) kept_ = cache_.find(key_);
    const auto probes = kept_ ? FileProbes::decode(kept_->probes, roots) : std::nullopt;
    if (!probes || !probes->still_hold()) kept_.reset();
}

void CacheRecord::add(const FileProbes& probes, const std::string& warning, const SymbolCache::Additions& additions) {
    if (!probes.can_be_kept()) return;
    const bool same_files = kept_ && FileProbes::decode(kept_->probes, probes.roots()) == probes;
    if (kept_ && !same_files) return;  // they changed while we ran
    cache_.add({0, key_, same_files ? kept_->probes : probes.encode(), warning}, additions);
}

}  // namespace dregs
