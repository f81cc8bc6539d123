// See module_symbols.h. The constructor decides which files to believe (open_module -> judge); find() asks DWARF first,
// then the symbol table, and would rather say nothing than guess.
#include "analyzer/symbols/module_symbols.h"

#include <sys/auxv.h>

#include <algorithm>

#include "analyzer/symbols/demangle.h"
#include "analyzer/symbols/mini_debug_info.h"

namespace dregs {
namespace {

// The loader's mapping list says this of a file that was unlinked while it was mapped.
constexpr std::string_view kDeleted = " (deleted)";
constexpr const char* kNotKnown = ": its symbols are not known";

std::string path_on_disk(const ModuleImage& module, const std::string& sysroot) {
    std::string path = module.path;
    if (path.ends_with(kDeleted)) path.resize(path.size() - kDeleted.size());
    return sysroot + path;
}

// Our own vdso: the traced process had the same unless the kernel changed, and then the build-id tells.
std::shared_ptr<ElfImage> own_vdso() {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(getauxval(AT_SYSINFO_EHDR));
    if (!bytes) return nullptr;
    const auto* header = reinterpret_cast<const Elf64_Ehdr*>(bytes);
    const std::size_t size = header->e_shoff + std::size_t{header->e_shentsize} * header->e_shnum;  // sections end it
    return ElfImage::from_bytes({bytes, bytes + size});
}

std::string id_text(const BuildId& id) { return id.empty() ? "none" : to_hex(id); }

bool same_file(const ModuleImage& module, const ElfImage& file) {
    if (!module.build_id.empty()) return module.build_id == file.build_id();
    return module.file_bytes == file.file_bytes() && module.file_mtime_ns == file.file_mtime_ns();
}

std::string difference(const ModuleImage& module, const ElfImage& file) {
    if (module.build_id != file.build_id())
        return "build-id " + id_text(module.build_id) + ", now " + id_text(file.build_id());
    return "size or time of the file differ";
}

std::string why_another(const ModuleImage& module, const ElfImage& file) {
    if (module.build_id.empty() && module.file_bytes == 0)
        return module.path + " cannot be told from another build of it (the trace has no build-id and no size of it)";
    return module.path + " was replaced since it was traced (" + difference(module, file) + ")";
}

}  // namespace

ModuleSymbols::ModuleSymbols(const ModuleImage& module, const DebugFiles& debug_files, const std::string& sysroot) {
    open_module(module, debug_files, sysroot);
    call_targets_ = CallTargets(file_);
    const std::shared_ptr<ElfImage> with_dwarf = debug_ ? debug_ : file_;
    if (!with_dwarf) return;
    dwarf_ = DwarfInfo::open(with_dwarf, [&](const std::string& name, const BuildId& id) {
        return debug_files.shared(*with_dwarf, name, id);
    });
    read_symbols();
}

void ModuleSymbols::open_module(const ModuleImage& module, const DebugFiles& debug_files, const std::string& sysroot) {
    if (module.vdso) {
        auto vdso = own_vdso();
        if (vdso && !module.build_id.empty() && module.build_id == vdso->build_id()) file_ = std::move(vdso);
        return;
    }
    const std::string path = path_on_disk(module, sysroot);
    judge(module, ElfImage::open(path));
    if (file_ && file_->has_section(".debug_info")) return;
    debug_ = debug_files.by_build_id(module.build_id);
    if (!debug_ && file_) debug_ = debug_files.by_link(*file_, path);
    if (!debug_) debug_ = debug_files.fetched(module.build_id);
    if (debug_) warning_.clear();
}

void ModuleSymbols::judge(const ModuleImage& module, std::shared_ptr<ElfImage> file) {
    if (!file) {
        warning_ = module.path + " cannot be read" + kNotKnown;
    } else if (!same_file(module, *file)) {
        warning_ = why_another(module, *file) + kNotKnown;
    } else {
        file_ = std::move(file);
    }
}

void ModuleSymbols::read_symbols() {
    const std::size_t full = symbols_.add(debug_, false) + symbols_.add(file_, false);
    if (full == 0) {
        symbols_.add(file_, true);
        if (file_) symbols_.add(unpack_mini_debug_info(*file_), false);
    }
    symbols_.seal();
}

std::vector<Frame> ModuleSymbols::find(std::uint64_t lookup) {
    std::vector<Frame> frames;
    const ElfImage* layout = file_ ? file_.get() : debug_.get();
    if (!layout || !layout->is_code(lookup)) return frames;
    if (dwarf_) frames = source_frames(lookup);
    if (frames.empty()) frames.emplace_back();
    if (frames.back().function.empty()) name_by_symbol(frames.back(), lookup);
    if (frames.back().function.empty() && frames.back().line == 0) frames.clear();
    return frames;
}

std::vector<Frame> ModuleSymbols::find_called(std::uint64_t return_address) {
    const CallTarget target = call_targets_.find(return_address);
    std::vector<Frame> frames;
    if (!target.known()) return frames;
    if (target.address != 0) frames = find(target.address);
    if (frames.empty()) frames.emplace_back();
    if (!target.imported.empty()) frames.back().function = source_name(target.imported);
    frames.erase(frames.begin(), frames.end() - 1);  // of what is inlined where a function begins, nothing is known
    frames.back().inlined = false;
    frames.back().offset = target.address;
    return frames;
}

std::vector<Frame> ModuleSymbols::source_frames(std::uint64_t lookup) {
    std::vector<Frame> frames;
    for (SourceFrame& source : dwarf_->find(lookup)) {
        Frame frame;
        frame.function = std::move(source.function);
        frame.file = std::move(source.place.file);
        frame.line = source.place.line;
        frame.column = source.place.column;
        frame.inlined = source.inlined;
        frame.function_offset = source.begin ? lookup - source.begin : 0;
        if (!frame.inlined) prefer_public_name(frame, source.begin);
        frames.push_back(std::move(frame));
    }
    return frames;
}

void ModuleSymbols::name_by_symbol(Frame& frame, std::uint64_t lookup) const {
    SymbolTable::Symbol symbol;
    if (!symbols_.find(lookup, symbol)) return;
    frame.function = source_name(symbol.name);
    frame.function_offset = lookup - symbol.begin;
}

void ModuleSymbols::prefer_public_name(Frame& frame, std::uint64_t begin) const {
    if (!frame.function.starts_with("_")) return;
    std::string_view best = frame.function;
    for (std::string_view alias : symbols_.aliases(begin))
        if (alias.size() < best.size() && frame.function.ends_with(alias)) best = alias;
    frame.function = std::string(best);
}

}  // namespace dregs
