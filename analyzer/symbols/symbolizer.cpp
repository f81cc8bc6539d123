// See symbolizer.h. resolve -> find_module (opens a module's files once) -> name (asks them once for an address).
#include "analyzer/symbols/symbolizer.h"

#include <unordered_map>

#include "analyzer/symbols/module_symbols.h"

namespace dregs {
namespace {

// Two modules with one key are one file, whatever process and address they were mapped at.
std::string key_of(const ModuleImage& module) {
    std::string key = module.path;
    key += '\0';
    key.append(module.build_id.begin(), module.build_id.end());
    key += '\0';
    key += std::to_string(module.file_bytes) + '/' + std::to_string(module.file_mtime_ns);
    return key;
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
    explicit Impl(SymbolizerOptions options)
        : debug_files_(std::move(options.debug_paths), options.ask_servers), sysroot_(std::move(options.sysroot)) {}

    const std::vector<Frame>& resolve(const ModuleImage& module, std::uint64_t pc, bool exact) {
        Module& known = find_module(module);
        const std::uint64_t offset = pc - module.bias;
        auto [found, is_new] = (exact ? known.exact : known.calls).try_emplace(offset);
        if (is_new) found->second = name(known.symbols, module, offset, exact);
        return found->second;
    }

    const Frame* called(const ModuleImage& module, std::uint64_t pc) {
        Module& known = find_module(module);
        const std::uint64_t offset = pc - module.bias;
        auto [found, is_new] = known.called.try_emplace(offset);
        if (is_new) found->second = name_called(known.symbols, module, offset);
        return found->second.empty() ? nullptr : &found->second.front();
    }

    const std::vector<std::string>& warnings() const { return warnings_; }

  private:
    struct Module {
        explicit Module(ModuleSymbols s) : symbols(std::move(s)) {}
        ModuleSymbols symbols;
        std::unordered_map<std::uint64_t, std::vector<Frame>> exact;  // by address in the file
        std::unordered_map<std::uint64_t, std::vector<Frame>> calls;  // the same for return addresses
        std::unordered_map<std::uint64_t, std::vector<Frame>> called;
    };

    Module& find_module(const ModuleImage& module) {
        auto [found, is_new] = modules_.try_emplace(key_of(module));
        if (is_new) {
            found->second = std::make_unique<Module>(ModuleSymbols(module, debug_files_, sysroot_));
            const std::string& warning = found->second->symbols.warning();
            if (!warning.empty()) warnings_.push_back(warning);
        }
        return *found->second;
    }

    static std::vector<Frame> name(ModuleSymbols& symbols, const ModuleImage& module, std::uint64_t offset,
                                   bool exact) {
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

    static std::vector<Frame> name_called(ModuleSymbols& symbols, const ModuleImage& module, std::uint64_t offset) {
        std::vector<Frame> frames = symbols.find_called(offset);
        for (Frame& frame : frames) {
            if (frame.offset != 0) frame.module = module.path;
            frame.shim = module.shim;
            frame.function_offset = 0;
        }
        return frames;
    }

    DebugFiles debug_files_;
    std::string sysroot_;
    std::unordered_map<std::string, std::unique_ptr<Module>> modules_;
    std::vector<std::string> warnings_;
};

Symbolizer::Symbolizer(SymbolizerOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Symbolizer::~Symbolizer() = default;

const std::vector<Frame>& Symbolizer::resolve(const ModuleImage& module, std::uint64_t pc, bool exact) {
    return impl_->resolve(module, pc, exact);
}

const Frame* Symbolizer::called(const ModuleImage& module, std::uint64_t pc) { return impl_->called(module, pc); }

const std::vector<std::string>& Symbolizer::warnings() const { return impl_->warnings(); }

}  // namespace dregs
