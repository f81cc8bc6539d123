// See split_files.h.
#include "analyzer/symbols/split_files.h"

namespace dregs {

void SplitFiles::open_packages(const ElfImage& image, ModuleBudget& budget) {
    packages_known_ = true;
    for (const std::string& path :
         debug_files_.package_places(image, program_.where, program_.path, program_.build_id, probes_)) {
        if (auto package = SplitPackage::open(ElfImage::open_part(path), budget))
            packages_.push_back(std::move(package));
    }
}

std::optional<SplitSections> SplitFiles::packed(std::uint64_t id, const ElfImage& image, ModuleBudget& budget) {
    if (!packages_known_) open_packages(image, budget);
    for (const auto& package : packages_)
        if (auto sections = package->find(id)) return sections;
    return std::nullopt;
}

bool SplitFiles::note(const SplitUnit::Skeleton& skeleton, const ElfImage& image, ModuleBudget& budget) {
    return packed(skeleton.id, image, budget) ||
           !debug_files_.split_places(image, skeleton.folder, skeleton.name, probes_).empty();
}

std::unique_ptr<SplitUnit> SplitFiles::find(const SplitUnit::Skeleton& skeleton, ElfImage& image,
                                            ModuleBudget& budget) {
    if (auto sections = packed(skeleton.id, image, budget))
        return SplitUnit::open(*std::move(sections), skeleton, image, budget);
    for (const std::string& path : debug_files_.split_places(image, skeleton.folder, skeleton.name, probes_)) {
        auto file = ElfImage::open_part(path);
        auto unit =
            file ? SplitUnit::open(SplitSections::of(std::move(file), budget), skeleton, image, budget) : nullptr;
        if (unit) return unit;
    }
    return nullptr;
}

}  // namespace dregs
