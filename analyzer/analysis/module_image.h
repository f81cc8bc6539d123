// A module of the trace in the form the symbols room takes.
#pragma once

#include "analyzer/symbols/frame.h"
#include "analyzer/trace/trace.h"

namespace dregs {

// `pid`: of the process, while it runs; 0: it is gone.
ModuleImage make_module_image(const Trace& trace, const format::Module& module, std::uint32_t pid);

}  // namespace dregs
