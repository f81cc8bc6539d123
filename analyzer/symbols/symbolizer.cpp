// See symbolizer.h. resolve -> find_module (opens a module's files once) -> name (asks them once for an address).
#include "analyzer/symbols/symbolizer.h"

#include <algorithm>
#include <cstdlib>
#include <unordered_map>

#include "analyzer/symbols/cache_folder.h"
#include "analyzer/symbols/cached_allocator.h"
#include "analyzer/symbols/cached_module.h"

namespace dregs {
namespace {

// Two modules with one key are one file, whatever address they were mapped at.
std::string key_of(const ModuleImage& module) {
    std::string key = module.path;
    key += '\0';
    key.append(module.build_id.begin(), module.build_id.end());
    key += '\0';
    key += std::to_string(module.file_bytes) + '/' + std::to_string(module.file_mtime_ns);
    return key;
}

// What else names depend on. Empty: nothing is to be kept.
std::string context_of(const SymbolizerOptions& options) {
    const std::string version = options.cache_folder.empty() ? "" : symbols_version();
    if (version.empty()) return "";
    ByteWriter context;
    context.text(version);
    context.text(options.sysroot);
    context.number(options.debug_paths.size());
    for (const std::string& path : options.debug_paths) context.text(path);
    const char* servers = options.ask_servers ? std::getenv("DEBUGINFOD_URLS") : nullptr;
    context.text(servers ? servers : "");
    return context.bytes();
}

}  // namespace

std::string_view display_name(std::string_view module_path) {
    constexpr std::string_view kDeleted = " (deleted)";
    if (module_path.ends_with(kDeleted)) module_path.remove_suffix(kDeleted.size());
    const std::size_t slash = module_path.rfind('/');
    return slash == std::string_view::npos ? module_path : module_path.substr(slash + 1);
}

class Symbolizer::Impl {
  public:
    explicit Impl(const SymbolizerOptions& options)
        : progress_(options.progress),
          budget_(options.budget),
          servers_(options.limits, options.progress),
          debug_files_(options.debug_paths, options.ask_servers ? &servers_ : nullptr),
          sysroot_(options.sysroot),
          context_(context_of(options)),
          cache_(context_.empty() ? "" : options.cache_folder) {}

    // What was found out is kept for the next run.
    ~Impl() {
        if (!has_news() || !cache_.begin_changes()) return;
        for (const auto& module : owned_)
            if (module->symbols.has_news()) module->symbols.keep();
        for (auto& [key, allocator] : allocators_)
            if (allocator.has_news()) allocator.keep();
        cache_.end_changes();
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    const std::vector<Frame>& resolve(const ModuleImage& module, std::uint64_t pc, bool exact) {
        Module& known = find_module(module);
        const std::uint64_t offset = pc - module.bias;
        auto [found, is_new] = (exact ? known.exact : known.calls).try_emplace(offset);
        if (is_new) {
            found->second = name(known.symbols, module, offset, exact);
            warn_of(known);
        }
        return found->second;
    }

    const Frame* called(const ModuleImage& module, std::uint64_t pc) {
        Module& known = find_module(module);
        const std::uint64_t offset = pc - module.bias;
        auto [found, is_new] = known.called.try_emplace(offset);
        if (is_new) {
            found->second = name_called(known.symbols, module, offset);
            warn_of(known);
        }
        return found->second.empty() ? nullptr : &found->second.front();
    }

    const std::string& inner_allocator(const ModuleImage& module) {
        const std::string key = key_of(module) + '/' + std::to_string(module.pid);
        const FileRoots roots{sysroot_, module.pid};
        return allocators_.try_emplace(key, module, roots, cache_, context_, searched_).first->second.name();
    }

    const std::vector<std::string>& warnings() const { return warnings_; }

  private:
    struct Module {
        Module(const ModuleImage& module, Impl& room)
            : symbols(module, room.debug_files_, {room.sysroot_, module.pid}, room.cache_, room.context_, room.budget_,
                      room.progress_) {}
        CachedModule symbols;
        std::string warning;                                          // the last one
        std::unordered_map<std::uint64_t, std::vector<Frame>> exact;  // by address in the file
        std::unordered_map<std::uint64_t, std::vector<Frame>> calls;  // the same for return addresses
        std::unordered_map<std::uint64_t, std::vector<Frame>> called;
    };

    bool has_news() const {
        const auto module_has = [](const auto& module) { return module->symbols.has_news(); };
        const auto allocator_has = [](const auto& known) { return known.second.has_news(); };
        return std::any_of(owned_.begin(), owned_.end(), module_has) ||
               std::any_of(allocators_.begin(), allocators_.end(), allocator_has);
    }

    // What was found while its process ran holds when that is over, too: nothing else may know it then.
    Module& find_module(const ModuleImage& module) {
        const std::string key = key_of(module);
        Module*& known = modules_[key + '/' + std::to_string(module.pid)];
        if (known) return *known;
        known = owned_.emplace_back(std::make_unique<Module>(module, *this)).get();
        warn_of(*known);
        warn(servers_.problem());
        modules_[key + "/0"] = known;
        return *known;
    }

    void warn_of(Module& module) {
        if (module.symbols.warning() == module.warning) return;
        module.warning = module.symbols.warning();
        warn(module.warning);
    }

    // Two modules of one name may have the same.
    void warn(const std::string& warning) {
        const bool is_said = std::find(warnings_.begin(), warnings_.end(), warning) != warnings_.end();
        if (!warning.empty() && !is_said) warnings_.push_back(warning);
    }

    static std::vector<Frame> name(CachedModule& symbols, const ModuleImage& module, std::uint64_t offset, bool exact) {
        const std::uint64_t back = exact ? 0 : 1;  // from the return address into the call
        std::vector<Frame> frames = symbols.find(offset - back);
        if (frames.empty()) frames.emplace_back();
        for (Frame& frame : frames) {
            frame.module = module.path;
            frame.offset = offset;
            frame.shim = module.shim;
            if (!frame.function.empty()) frame.function_offset += back;
        }
        return frames;
    }

    static std::vector<Frame> name_called(CachedModule& symbols, const ModuleImage& module, std::uint64_t offset) {
        std::vector<Frame> frames = symbols.find_called(offset);
        for (Frame& frame : frames) {
            if (frame.offset != 0) frame.module = module.path;
            frame.shim = module.shim;
            frame.function_offset = 0;
        }
        return frames;
    }

    SymbolProgress progress_;
    SymbolBudget budget_;
    DebugServers servers_;
    DebugFiles debug_files_;
    std::string sysroot_;
    std::string context_;
    SymbolCache cache_;
    std::vector<std::unique_ptr<Module>> owned_;
    std::unordered_map<std::string, Module*> modules_;
    std::unordered_map<std::string, CachedAllocator> allocators_;
    InnerAllocators searched_;
    std::vector<std::string> warnings_;
};

Symbolizer::Symbolizer(const SymbolizerOptions& options) : impl_(std::make_unique<Impl>(options)) {}
Symbolizer::~Symbolizer() = default;

const std::vector<Frame>& Symbolizer::resolve(const ModuleImage& module, std::uint64_t pc, bool exact) {
    return impl_->resolve(module, pc, exact);
}

const Frame* Symbolizer::called(const ModuleImage& module, std::uint64_t pc) { return impl_->called(module, pc); }

const std::string& Symbolizer::inner_allocator(const ModuleImage& module) { return impl_->inner_allocator(module); }

const std::vector<std::string>& Symbolizer::warnings() const { return impl_->warnings(); }

}  // namespace dregs
