// Feeds damaged ELF files to the symbolizer, as if a module of the traced program had become that: headers, sections,
// symbols, DWARF, packed symbols. Crashes and hangs are bugs; every answer must name the module and the offset.
//
// The seeds are one small C++ library, built with DWARF 4 and 5, by clang, with compressed sections, with split DWARF,
// and stripped to MiniDebugInfo; its code lies at 0x200 to 0x4a0.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "analyzer/symbols/elf_image.h"
#include "analyzer/symbols/symbolizer.h"
#include "tests/fuzz/elf_damage.h"
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
