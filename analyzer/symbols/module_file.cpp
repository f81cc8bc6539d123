// See module_file.h. find_module_file -> candidates -> judge: the first place with the right file.
#include "analyzer/symbols/module_file.h"

#include <sys/auxv.h>

#include <cstdlib>
#include <filesystem>
#include <utility>
#include <vector>

namespace dregs {
namespace {

using Where = FileProbes::Where;

constexpr std::string_view kDeleted = " (deleted)";
constexpr const char* kNotKnown = ": its symbols are not known";

// A file that a running process has mapped can be opened through the kernel whatever became of its name, if we may.
// Returns its name in the process's folder in /proc; empty: not found.
std::string mapped_file(const ModuleImage& module) {
    std::error_code error;
    const std::filesystem::path folder = "/proc/" + std::to_string(module.pid) + "/map_files";
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        const std::string range = entry.path().filename().string();
        const std::uint64_t begin = std::strtoull(range.c_str(), nullptr, 16);
        if (begin >= module.begin && begin < module.end) return "map_files/" + range;
    }
    return "";
}

struct Candidate {
    Where where;
    std::string path;
};

// Where the module's file may be, best first.
std::vector<Candidate> candidates(const ModuleImage& module, const FileRoots& roots) {
    const std::string path = module_path(module);
    if (!roots.sysroot.empty()) return {{Where::kSysroot, path}};
    std::vector<Candidate> places = {{Where::kHere, path}};
    if (roots.pid == 0) return places;
    places.push_back({Where::kRoot, path});
    if (module.main) places.push_back({Where::kProcess, "exe"});
    places.push_back({Where::kProcess, ""});
    return places;
}

// Our own vdso: the traced process had the same unless the kernel changed, and then the build-id tells.
std::shared_ptr<ElfImage> own_vdso() {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(getauxval(AT_SYSINFO_EHDR));
    if (!bytes) return nullptr;
    const auto* header = reinterpret_cast<const Elf64_Ehdr*>(bytes);
    const std::size_t size = header->e_shoff + std::size_t{header->e_shentsize} * header->e_shnum;  // sections end it
    return ElfImage::from_bytes({bytes, bytes + size});
}

ModuleFile find_vdso(const ModuleImage& module) {
    auto vdso = own_vdso();
    const bool same = vdso && !module.build_id.empty() && module.build_id == vdso->build_id();
    return {same ? std::move(vdso) : nullptr, Where::kHere, ""};
}

std::string id_text(const BuildId& id) { return id.empty() ? "none" : to_hex(id); }

bool same_file(const ModuleImage& module, const ElfImage& file) {
    if (!module.build_id.empty()) return module.build_id == file.build_id();
    return module.file_bytes == file.file_bytes() && module.file_mtime_ns == file.file_mtime_ns();
}

std::string difference(const ModuleImage& module, const ElfImage& file, const char* other) {
    if (module.build_id != file.build_id())
        return "(build-id " + id_text(module.build_id) + ", " + other + " " + id_text(file.build_id()) + ")";
    return "(size or time of the file differ)";
}

std::string why_another(const ModuleImage& module, const ElfImage& file, const std::string& sysroot) {
    if (module.build_id.empty() && module.file_bytes == 0)
        return module.path + " cannot be told from another build of it (the trace has no build-id and no size of it)";
    if (!sysroot.empty()) return sysroot + module.path + " is not what was traced " + difference(module, file, "there");
    return module.path + " was replaced since it was traced " + difference(module, file, "now");
}

}  // namespace

std::string module_path(const ModuleImage& module) {
    std::string path = module.path;
    if (path.ends_with(kDeleted)) path.resize(path.size() - kDeleted.size());
    return path;
}

ModuleFile find_module_file(const ModuleImage& module, FileProbes& probes) {
    if (module.vdso) return find_vdso(module);
    const std::vector<Candidate> places = candidates(module, probes.roots());
    std::string replaced;  // one that was put in its place tells more than one that is not there
    for (Candidate place : places) {
        if (place.path.empty()) place.path = mapped_file(module);
        if (place.path.empty()) continue;
        auto image = ElfImage::open(probes.look(place.where, place.path));
        if (image && same_file(module, *image)) return {std::move(image), place.where, ""};
        if (image && replaced.empty()) replaced = why_another(module, *image, probes.roots().sysroot);
    }
    if (module.pid != 0) probes.note_chance();  // another process's mappings are other files
    return {nullptr, places.front().where, (replaced.empty() ? module.path + " cannot be read" : replaced) + kNotKnown};
}

}  // namespace dregs
