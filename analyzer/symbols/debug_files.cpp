// See debug_files.h. Every search ends in open_if_same() or same_build(): no file leaves here unverified.
#include "analyzer/symbols/debug_files.h"

#include <filesystem>

#include "analyzer/symbols/debuginfod.h"

namespace dregs {
namespace {

std::string folder_of(const std::string& path) { return std::filesystem::path(path).parent_path().string(); }

std::shared_ptr<ElfImage> open_if_same(const std::string& path, const BuildId& id) {
    std::shared_ptr<ElfImage> image = ElfImage::open(path);
    return image && image->build_id() == id ? image : nullptr;
}

bool same_build(const ElfImage& debug, const ElfImage& module, std::uint32_t crc) {
    if (!debug.build_id().empty() || !module.build_id().empty()) return debug.build_id() == module.build_id();
    return debug.crc() == crc;
}

}  // namespace

std::shared_ptr<ElfImage> DebugFiles::by_build_id(const BuildId& id) const {
    if (id.size() < 2) return nullptr;
    const std::string hex = to_hex(id);
    const std::string tail = "/.build-id/" + hex.substr(0, 2) + "/" + hex.substr(2);
    for (const std::string& root : roots_)
        for (const char* suffix : {".debug", ""})
            if (auto image = open_if_same(root + tail + suffix, id)) return image;
    return nullptr;
}

std::shared_ptr<ElfImage> DebugFiles::fetched(const BuildId& id) const {
    const std::string path = ask_servers_ ? fetch_debug_file(id) : std::string();
    return path.empty() ? nullptr : open_if_same(path, id);
}

std::shared_ptr<ElfImage> DebugFiles::by_link(const ElfImage& module, const std::string& module_path) const {
    const ElfImage::DebugLink link = module.debug_link();
    if (link.name.empty() || link.name.find('/') != std::string::npos) return nullptr;
    const std::string folder = folder_of(module_path);
    std::vector<std::string> places = {folder + "/" + link.name, folder + "/.debug/" + link.name};
    for (const std::string& root : roots_) places.push_back(root + folder + "/" + link.name);
    for (const std::string& place : places) {
        auto image = ElfImage::open(place);
        if (image && same_build(*image, module, link.crc)) return image;
    }
    return nullptr;
}

std::shared_ptr<ElfImage> DebugFiles::shared(const ElfImage& user, const std::string& name, const BuildId& id) const {
    if (auto image = by_build_id(id)) return image;
    if (auto image = fetched(id)) return image;
    return open_if_same(name.starts_with("/") ? name : folder_of(user.path()) + "/" + name, id);
}

}  // namespace dregs
