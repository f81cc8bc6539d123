// See module_image.h.
#include "analyzer/analysis/module_image.h"

#include <algorithm>

namespace dregs {
namespace {

constexpr std::size_t kMaxPath = 8192;  // longer ones name no file

}  // namespace

ModuleImage make_module_image(const Trace& trace, const format::Module& module, std::uint32_t pid) {
    ModuleImage image;
    image.path = std::string(trace.string(module.path).substr(0, kMaxPath));
    const std::uint32_t id_bytes = std::min(module.build_id_bytes, format::kBuildIdBytes);
    image.build_id.assign(module.build_id, module.build_id + id_bytes);
    image.bias = module.bias;
    image.begin = module.begin;
    image.end = module.end;
    image.file_bytes = module.file_bytes;
    image.file_mtime_ns = module.file_mtime_ns;
    image.main = (module.flags & format::kModuleMain) != 0;
    image.vdso = (module.flags & format::kModuleVdso) != 0;
    image.shim = (module.flags & format::kModuleShim) != 0;
    image.pid = pid;
    image.unloaded = module.state == format::ModuleState::kUnloaded;
    return image;
}

}  // namespace dregs
