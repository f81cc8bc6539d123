// Feeds damaged .dwo files and packages to what reads the other halves of split units. The programs that they are of
// are sound ones, in tests/data/split: tests/programs/symbols/ranges.cpp by clang, as DWARF 4 and 5.
#include <elfutils/libdw.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "analyzer/symbols/dwarf_unit.h"
#include "analyzer/symbols/split_package.h"
#include "analyzer/symbols/split_unit.h"
#include "tests/fuzz/elf_damage.h"
#include "tests/fuzz/memory_file.h"

using namespace dregs;

namespace {

class Program {
  public:
    explicit Program(const std::string& name)
        : image_(ElfImage::open(std::string(DREGS_TEST_DATA) + "/split/" + name)),
          dwarf_(dwarf_begin_elf(image_->handle(), DWARF_C_READ, nullptr)) {
        Dwarf_CU* cu = nullptr;
        if (dwarf_get_units(dwarf_, cu, &cu, nullptr, nullptr, &skeleton_, nullptr) != 0) abort();
    }

    void ask(const SplitSections& sections, ModuleBudget& budget) {
        auto split = SplitUnit::open(sections, SplitUnit::Skeleton(skeleton_), *image_, budget);
        if (!split) return;
        DwarfUnit unit(skeleton_, std::move(split), budget);
        DieNames names(budget);
        std::vector<SourceFrame> frames;
        for (std::uint64_t address = 0x380; address < 0x4a0; address += 3) unit.find(address, names, frames);
    }

    std::uint64_t id() const { return SplitUnit::Skeleton(skeleton_).id; }

  private:
    std::shared_ptr<ElfImage> image_;
    Dwarf* dwarf_;
    Dwarf_Die skeleton_{};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static std::array<Program, 2> programs = {Program("dwarf_4"), Program("dwarf_5")};
    const MemoryFile file(data, size);
    const std::shared_ptr<ElfImage> image = ElfImage::open_part(file.path());
    if (!image) return 0;
    SymbolBudget all;
    ModuleBudget budget(all);
    const ModuleBudget::Use use(budget);
    try {
        const auto package = SplitPackage::open(image, budget);
        for (Program& program : programs) {
            const auto packed = package ? package->find(program.id()) : std::nullopt;
            program.ask(packed ? *packed : SplitSections::of(image, budget), budget);
        }
    } catch (const BudgetSpent&) {
        return 0;
    }
    return 0;
}
