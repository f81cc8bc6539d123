// See debug_files.h. Every search ends in open_if_same() or same_build(): no file leaves here unverified.
#include "analyzer/symbols/debug_files.h"

#include <filesystem>

namespace dregs {
namespace {

using Where = FileProbes::Where;

std::string folder_of(const std::string& path) { return std::filesystem::path(path).parent_path().string(); }

constexpr const char* kOwnRoot = "/usr/lib/debug";
constexpr const char* kPackage = ".dwp";

std::string in_tree(const BuildId& id) {
    const std::string hex = to_hex(id);
    return "/.build-id/" + hex.substr(0, 2) + "/" + hex.substr(2);
}

std::shared_ptr<ElfImage> open_if_same(const std::string& path, const BuildId& id) {
    std::shared_ptr<ElfImage> image = ElfImage::open(path);
    return image && image->build_id() == id ? image : nullptr;
}

bool same_build(const ElfImage& debug, const ElfImage& module, std::uint32_t crc) {
    if (!debug.build_id().empty() || !module.build_id().empty()) return debug.build_id() == module.build_id();
    return debug.crc() == crc;
}

// Below which roots debug files may be: our own, and that which the module is from.
std::vector<Where> roots_of(const FileProbes& probes) {
    if (!probes.roots().sysroot.empty()) return {Where::kHere, Where::kSysroot};
    if (probes.roots().pid != 0) return {Where::kHere, Where::kRoot};
    return {Where::kHere};
}

using Place = std::pair<Where, std::string>;

std::vector<std::string> those_there(const std::vector<Place>& places, FileProbes& probes) {
    std::vector<std::string> paths;
    for (const auto& [where, path] : places) {
        std::string opened_by = probes.look(where, path);
        if (probes.was_there(where, path)) paths.push_back(std::move(opened_by));
    }
    return paths;
}

// The root of what was found there.
Where root_of(Where where) { return where == Where::kProcess ? Where::kRoot : where; }

}  // namespace

std::shared_ptr<ElfImage> DebugFiles::by_build_id(const BuildId& id, FileProbes& probes) const {
    if (id.size() < 2) return nullptr;
    for (const Where where : roots_of(probes))
        for (const std::string& root : roots_)
            for (const char* suffix : {".debug", ""})
                if (auto image = open_if_same(probes.look(where, root + in_tree(id) + suffix), id)) return image;
    return nullptr;
}

std::shared_ptr<ElfImage> DebugFiles::fetched(const BuildId& id, const std::string& name, FileProbes& probes) const {
    if (!servers_ || id.empty()) return nullptr;
    const DebugServers::Answer answer = servers_->fetch(id, name);
    if (!answer.path.empty()) {
        if (auto image = open_if_same(probes.look(Where::kHere, answer.path), id)) return image;
        servers_->refuse(answer.path);
    }
    if (answer.not_served) {
        probes.note_not_served(to_hex(id));
    } else {
        probes.note_chance();
    }
    return nullptr;
}

std::shared_ptr<ElfImage> DebugFiles::by_link(const ElfImage& module, Where where, const std::string& module_path,
                                              FileProbes& probes) const {
    const ElfImage::DebugLink link = module.debug_link();
    if (link.name.empty() || link.name.find('/') != std::string::npos) return nullptr;
    const std::string folder = folder_of(module_path);
    std::vector<Place> places = {{root_of(where), folder + "/" + link.name},
                                 {root_of(where), folder + "/.debug/" + link.name}};
    for (const Where below : roots_of(probes))
        for (const std::string& root : roots_) places.emplace_back(below, root + folder + "/" + link.name);
    for (const auto& [below, path] : places) {
        auto image = ElfImage::open(probes.look(below, path));
        if (image && same_build(*image, module, link.crc)) return image;
    }
    return nullptr;
}

std::shared_ptr<ElfImage> DebugFiles::shared(const ElfImage& user, const std::string& name, const BuildId& id,
                                             FileProbes& probes) const {
    if (auto image = by_build_id(id, probes)) return image;
    if (auto image = fetched(id, name, probes)) return image;
    if (!name.starts_with("/")) return open_if_same(probes.look(Where::kHere, folder_of(user.path()) + "/" + name), id);
    for (const Where where : roots_of(probes))
        if (auto image = open_if_same(probes.look(where, name), id)) return image;
    if (id.size() >= 2) probes.look(Where::kHere, kOwnRoot + in_tree(id) + ".debug");  // where libdw looks by itself
    return nullptr;
}

std::vector<std::string> DebugFiles::split_places(const ElfImage& user, const std::string& folder,
                                                  const std::string& name, FileProbes& probes) const {
    if (name.empty()) return {};
    const std::filesystem::path beside = folder_of(user.path());
    const std::filesystem::path compiled = beside / folder / name;  // an absolute part takes the place of those before
    std::vector<Place> places;
    for (const Where where : roots_of(probes))
        if (where != Where::kHere) places.emplace_back(where, compiled.string());
    places.emplace_back(Where::kHere, (beside / name).string());
    places.emplace_back(Where::kHere, compiled.string());
    for (const std::string& root : roots_)
        places.emplace_back(Where::kHere, std::string(root).append("/").append(name));
    return those_there(places, probes);
}

std::vector<std::string> DebugFiles::package_places(const ElfImage& user, Where where, const std::string& module_path,
                                                    const BuildId& id, FileProbes& probes) const {
    std::vector<Place> places = {{Where::kHere, user.path() + kPackage}, {root_of(where), module_path + kPackage}};
    for (const Where below : roots_of(probes)) {
        for (const std::string& root : roots_) {
            places.emplace_back(below, root + module_path + kPackage);
            if (id.size() >= 2) places.emplace_back(below, root + in_tree(id) + kPackage);
        }
    }
    return those_there(places, probes);
}

}  // namespace dregs
