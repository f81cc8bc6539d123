// The file on disk that a module was when it was traced.
//
// Owns the places where it may be (here, below the sysroot, in the process's root, what the process has mapped) and the
// proof that it is the one: by build-id, else by size and time. Every place looked at is noted in the probes. Used by
// ModuleSymbols and KeptAllocator.
#pragma once

#include <memory>
#include <string>

#include "analyzer/symbols/elf_image.h"
#include "analyzer/symbols/file_probes.h"
#include "analyzer/symbols/frame.h"

namespace dregs {

struct ModuleFile {
    std::shared_ptr<ElfImage> image;  // null: it is nowhere
    FileProbes::Where where;          // where it was found, or first looked for
    std::string warning;              // why it is nowhere; empty: it is not
};

ModuleFile find_module_file(const ModuleImage& module, FileProbes& probes);

// Its path, without what the loader's list says of a file that was unlinked while it was mapped.
std::string module_path(const ModuleImage& module);

}  // namespace dregs
