// See cached_module.h. find -> answer -> stretch (the cache, once for each), else symbols (the files).
#include "analyzer/symbols/cached_module.h"

#include <absl/strings/str_cat.h>

namespace dregs {
namespace {

// Addresses that are asked for together lie together: 64 KiB of code is a stretch.
constexpr unsigned kStretchBits = 16;

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

CachedModule::CachedModule(const ModuleImage& module, const DebugFiles& debug_files, FileRoots roots,
                           SymbolCache& cache, const std::string& context, SymbolBudget& budget,
                           const SymbolProgress& progress)
    : module_(module),
      debug_files_(debug_files),
      roots_(std::move(roots)),
      cache_(cache),
      budget_(budget),
      progress_(progress) {
    if (cache_.usable()) key_ = key_of(module, context);
    if (!key_.empty()) kept_ = cache_.find(key_);
    const auto probes = kept_ ? FileProbes::decode(kept_->probes, roots_) : std::nullopt;
    if (!probes || !probes->still_hold()) kept_.reset();
}

ModuleSymbols& CachedModule::symbols() {
    if (!symbols_) symbols_ = std::make_unique<ModuleSymbols>(module_, debug_files_, roots_, budget_, progress_);
    return *symbols_;
}

const std::string& CachedModule::warning() { return kept_ && !symbols_ ? kept_->warning : symbols().warning(); }

std::vector<Frame> CachedModule::find(std::uint64_t lookup) { return answer(Kind::kFrames, lookup); }

std::vector<Frame> CachedModule::find_called(std::uint64_t return_address) {
    return answer(Kind::kCalled, return_address);
}

std::vector<Frame> CachedModule::answer(Kind kind, std::uint64_t address) {
    if (key_.empty()) return kind == Kind::kFrames ? symbols().find(address) : symbols().find_called(address);
    Stretch& here = stretch(kind, address);
    if (const auto known = here.known.find(address); known != here.known.end()) {
        std::vector<Frame> frames = std::move(known->second);
        here.known.erase(known);
        return frames;
    }
    std::vector<Frame> frames = kind == Kind::kFrames ? symbols().find(address) : symbols().find_called(address);
    here.news.add(address, frames);
    here.has_news = true;
    return frames;
}

CachedModule::Stretch& CachedModule::stretch(Kind kind, std::uint64_t address) {
    const auto number = static_cast<std::int64_t>(address >> kStretchBits << 1 | static_cast<std::uint64_t>(kind));
    const auto [found, is_new] = stretches_.try_emplace(number);
    Stretch& here = found->second;
    if (!is_new || !kept_) return here;
    const bool sound = read_answers(cache_.answers(*kept_, number), [&](std::uint64_t at, std::vector<Frame>&& frames) {
        here.known.try_emplace(at, std::move(frames));
    });
    if (!sound) here.known.clear();
    return here;
}

bool CachedModule::has_news() const { return !key_.empty() && (symbols_ || (kept_ && kept_->old)); }

void CachedModule::keep() {
    if (!symbols_) return cache_.mark_used(*kept_);
    if (!symbols_->probes().can_be_kept()) return;
    SymbolCache::Additions additions;
    for (const auto& [number, here] : stretches_)
        if (here.has_news) additions[number] = here.news.finish();
    const bool same_files = kept_ && FileProbes::decode(kept_->probes, roots_) == symbols_->probes();
    if (kept_ && !same_files) return;  // they changed while we ran
    cache_.add({0, key_, same_files ? kept_->probes : symbols_->probes().encode(), symbols_->warning()}, additions);
}

}  // namespace dregs
