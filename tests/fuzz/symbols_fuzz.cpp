// Feeds damaged ELF files to the symbolizer, as if a module of the traced program had become that: headers, sections,
// symbols, DWARF, packed symbols. Crashes and hangs are bugs; every answer must name the module and the offset.
//
// The seeds are one small C++ library, built with DWARF 4 and 5, by clang, with compressed sections, with split DWARF,
// and stripped to MiniDebugInfo; its code lies at 0x200 to 0x4a0.
//
// Damage is done in place, mostly: a file whose parts have moved is none that is read very far.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>

#include "analyzer/symbols/elf_image.h"
#include "analyzer/symbols/symbolizer.h"
#include "tests/fuzz/memory_file.h"

using namespace dregs;

namespace {

ModuleImage image_of(const std::string& path) {
    ModuleImage module;
    module.path = path;
    if (const auto file = ElfImage::open(path)) {
        module.build_id = file->build_id();
        module.file_bytes = file->file_bytes();
        module.file_mtime_ns = file->file_mtime_ns();
    }
    return module;
}

void ask(Symbolizer& symbolizer, const ModuleImage& module, std::uint64_t pc) {
    const std::vector<Frame>& frames = symbolizer.resolve(module, pc, false);
    if (frames.empty() || frames.back().module != module.path || frames.back().offset != pc) abort();
}

}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    std::mt19937 random(seed);
    if (size < 64 || random() % 32 == 0) return LLVMFuzzerMutate(data, size, most);
    for (unsigned i = 0; i < 1 + random() % 4; ++i) {
        const std::size_t width = std::size_t{1} << random() % 4;
        if (random() % 3 == 0) {  // bytes of DWARF have no alignment, and small numbers mean much there
            data[random() % size] = static_cast<std::uint8_t>(random() % 2 ? random() % 32 : random());
            continue;
        }
        const std::uint64_t numbers[] = {0, ~std::uint64_t{0}, random() % size, size,
                                         std::uint64_t{1} << random() % 64};
        // The section headers stand at the end, the file's and the segments' at the beginning.
        const std::size_t reach = random() % 2 ? size : 2048;
        const std::size_t from_begin = random() % std::min(reach, size) / width * width;
        const std::size_t at = random() % 2 ? from_begin : size - std::min(size, from_begin + width);
        std::memcpy(data + at, &numbers[random() % 5], std::min(width, size - at));
    }
    return size;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const MemoryFile file(data, size);
    const ModuleImage module = image_of(file.path());
    SymbolizerOptions nowhere;
    nowhere.debug_paths.clear();
    Symbolizer symbolizer(nowhere);
    for (std::uint64_t pc = 0x200; pc < 0x4a0; pc += 7) ask(symbolizer, module, pc);  // where the seeds have code
    for (const std::uint64_t pc : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) ask(symbolizer, module, pc);
    return 0;
}
