// See cached_module.h. find -> answer -> stretch (the cache, once for each), else symbols (the files).
#include "analyzer/symbols/cached_module.h"

namespace dregs {
namespace {

// Addresses that are asked for together lie together: 64 KiB of code is a stretch.
constexpr unsigned kStretchBits = 16;

}  // namespace

CachedModule::CachedModule(const ModuleImage& module, const DebugFiles& debug_files, FileRoots roots,
                           SymbolCache& cache, const std::string& context, SymbolBudget& budget,
                           const SymbolProgress& progress)
    : module_(module),
      debug_files_(debug_files),
      roots_(std::move(roots)),
      budget_(budget),
      progress_(progress),
      record_(module_, roots_, cache, context) {}

ModuleSymbols& CachedModule::symbols() {
    if (!symbols_) symbols_ = std::make_unique<ModuleSymbols>(module_, debug_files_, roots_, budget_, progress_);
    return *symbols_;
}

const std::string& CachedModule::warning() {
    return record_.holds() && !symbols_ ? record_.warning() : symbols().warning();
}

std::vector<Frame> CachedModule::find(std::uint64_t lookup) { return answer(Kind::kFrames, lookup); }

std::vector<Frame> CachedModule::find_called(std::uint64_t return_address) {
    return answer(Kind::kCalled, return_address);
}

std::vector<Frame> CachedModule::answer(Kind kind, std::uint64_t address) {
    if (!record_.may_keep()) return kind == Kind::kFrames ? symbols().find(address) : symbols().find_called(address);
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
    if (!is_new || !record_.holds()) return here;
    const bool sound = read_answers(record_.answers(number), [&](std::uint64_t at, std::vector<Frame>&& frames) {
        here.known.try_emplace(at, std::move(frames));
    });
    if (!sound) here.known.clear();
    return here;
}

bool CachedModule::has_news() const { return record_.may_keep() && (symbols_ || record_.is_old()); }

void CachedModule::keep() {
    if (!symbols_) return record_.mark_used();
    SymbolCache::Additions additions;
    for (const auto& [number, here] : stretches_)
        if (here.has_news) additions[number] = here.news.finish();
    record_.add(symbols_->probes(), symbols_->warning(), additions);
}

}  // namespace dregs
