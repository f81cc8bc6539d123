// See module_symbols.h. The constructor decides which files to believe (open_module) and reads them
// (within_budget); find() asks DWARF first, then the symbol table, and would rather say nothing than guess.
#include "analyzer/symbols/module_symbols.h"

#include <malloc.h>

#include <algorithm>

#include "analyzer/symbols/demangle.h"
#include "analyzer/symbols/mini_debug_info.h"
#include "analyzer/symbols/module_file.h"

namespace dregs {
namespace {

std::string what_is_missing(const std::string& path, const DwarfInfo::Split& split) {
    if (split.missing == 0) return "";
    const std::string count = std::to_string(split.missing) + " of " + std::to_string(split.units);
    return path + ": " + count + " files of split DWARF are not there (" + split.first_missing +
           (split.missing > 1 ? " ...)" : ")") + ": what was inlined there is not known";
}

}  // namespace

ModuleSymbols::ModuleSymbols(const ModuleImage& module, const DebugFiles& debug_files, FileRoots roots,
                             SymbolBudget& all, const SymbolProgress& progress)
    : path_(module.path), budget_(all), probes_(std::move(roots)) {
    const ModuleBudget::Use use(budget_);
    within_budget([&] { budget_.look(); });
    const FileProbes::Where found = open_module(module, debug_files);
    for (const auto& image : {file_, debug_})
        if (image) budget_.allow_file(image->file_key(), image->stored_bytes());
    call_targets_ = CallTargets(file_, budget_);
    if (!file_ && !debug_) return;
    within_budget([&] { read_symbols(); });  // first: they are what is left where the rest takes too much
    within_budget([&] { read_dwarf(module, debug_files, found, progress); });
    if (budget_.is_spent()) warning_ = what_is_left_out();
    if (progress) progress("", 0, 0);
}

void ModuleSymbols::read_dwarf(const ModuleImage& module, const DebugFiles& debug_files, FileProbes::Where found,
                               const SymbolProgress& progress) {
    const std::shared_ptr<ElfImage> with_dwarf = debug_ ? debug_ : file_;
    const auto find_shared = [&](const std::string& name, const BuildId& id) {
        return debug_files.shared(*with_dwarf, name, id, probes_);
    };
    const std::string what = "reading symbols of " + std::string(display_name(module.path));
    SplitFiles::Program program{found, module_path(module), module.build_id};
    auto split_files = std::make_unique<SplitFiles>(debug_files, std::move(program), probes_);
    dwarf_ = DwarfInfo::open(with_dwarf, find_shared, std::move(split_files), budget_,
                             [&](std::uint64_t done, std::uint64_t total) {
                                 if (progress) progress(what, done, total);
                             });
    if (warning_.empty() && dwarf_) warning_ = what_is_missing(module.path, dwarf_->split());
}

template <class Work>
void ModuleSymbols::within_budget(Work work) {
    if (budget_.is_spent()) return;
    try {
        work();
    } catch (const BudgetSpent&) {
        do_with_less();
    }
}

// What is let go goes back to the system: other modules may need it.
void ModuleSymbols::do_with_less() {
    dwarf_.reset();
    if (!has_symbols_) symbols_ = {};
    ::malloc_trim(0);
    probes_.note_chance();
    warning_ = what_is_left_out();
}

std::string ModuleSymbols::what_is_left_out() const {
    return path_ + ": reading its symbols takes more than " + budget_.what_is_spent() + ": " +
           (has_symbols_ ? "what was not named by then has the name of its symbol table, or none"
                         : "its functions have no names") +
           " (--symbol-budget=10 allows ten times as much)";
}

FileProbes::Where ModuleSymbols::open_module(const ModuleImage& module, const DebugFiles& debug_files) {
    ModuleFile found = find_module_file(module, probes_);
    file_ = std::move(found.image);
    warning_ = std::move(found.warning);
    if (module.vdso || (file_ && file_->has_section(".debug_info"))) return found.where;
    const std::string path = module_path(module);
    debug_ = debug_files.by_build_id(module.build_id, probes_);
    if (!debug_ && file_) debug_ = debug_files.by_link(*file_, found.where, path, probes_);
    if (!debug_) debug_ = debug_files.fetched(module.build_id, std::string(display_name(path)), probes_);
    if (debug_) warning_.clear();
    return found.where;
}

void ModuleSymbols::read_symbols() {
    const std::size_t full = symbols_.add(debug_, false, budget_) + symbols_.add(file_, false, budget_);
    if (full == 0 && file_) {
        std::shared_ptr<ElfImage> packed;
        within_budget([&] { packed = unpack_mini_debug_info(*file_, budget_); });
        symbols_.add(file_, true, budget_);
        symbols_.add(packed, false, budget_);
    }
    symbols_.seal(budget_);
    has_symbols_ = true;
}

std::vector<Frame> ModuleSymbols::find(std::uint64_t lookup) {
    const ModuleBudget::Use use(budget_);
    budget_.allow_question();
    std::vector<Frame> frames;
    const ElfImage* layout = file_ ? file_.get() : debug_.get();
    if (!layout || !layout->is_code(lookup)) return frames;
    within_budget([&] {
        if (dwarf_) frames = source_frames(lookup);
    });
    if (frames.empty()) frames.emplace_back();
    if (frames.back().function.empty()) name_by_symbol(frames.back(), lookup);
    within_budget([&] { budget_.note_text(frames.back().function.size()); });
    if (frames.back().function.empty() && frames.back().line == 0) frames.clear();
    return frames;
}

std::vector<Frame> ModuleSymbols::find_called(std::uint64_t return_address) {
    const ModuleBudget::Use use(budget_);
    CallTarget target;
    within_budget([&] { target = call_targets_.find(return_address); });
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
    frame.function = source_name(symbol.name, budget_.is_spent() ? NameEffort::kLittle : NameEffort::kUsual);
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
