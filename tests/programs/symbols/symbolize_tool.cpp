// Names addresses of one file as `addr2line -i -f -C -e FILE` does, with dregs' own symbolizer, to compare the two.
//
// symbolize_tool FILE < hexadecimal addresses. For each: "ADDRESS", then a line "FUNCTION<tab>FILE:LINE" a frame,
// innermost first. Not installed; called by compare_addr2line.py.
#include <cinttypes>
#include <cstdio>
#include <cstring>

#include "analyzer/symbols/elf_image.h"
#include "analyzer/symbols/symbolizer.h"

int main(int argc, char** argv) {
    const auto file = argc == 2 ? dregs::ElfImage::open(argv[1]) : nullptr;
    if (!file) {
        std::fprintf(stderr, "usage: symbolize_tool ELF-FILE < addresses\n");
        return 2;
    }
    dregs::ModuleImage module;
    module.path = argv[1];
    module.build_id = file->build_id();
    module.file_bytes = file->file_bytes();
    module.file_mtime_ns = file->file_mtime_ns();
    dregs::Symbolizer symbolizer;
    std::uint64_t address = 0;
    while (std::scanf("%" SCNx64, &address) == 1) {
        std::printf("0x%" PRIx64 "\n", address);
        for (const dregs::Frame& frame : symbolizer.resolve(module, address, true))
            std::printf("%s\t%s:%d\n", frame.function.empty() ? "??" : frame.function.c_str(),
                        frame.file.empty() ? "??" : frame.file.c_str(), frame.line);
    }
    for (const std::string& warning : symbolizer.warnings()) std::fprintf(stderr, "%s\n", warning.c_str());
    return 0;
}
