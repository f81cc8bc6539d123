// A module of the trace in the form the symbols room takes.
#pragma once

#include "analyzer/symbols/frame.h"
#include "analyzer/trace/trace.h"

namespace dregs {

ModuleImage make_module_image(const Trace& trace, const format::Module& module);

}  // namespace dregs
