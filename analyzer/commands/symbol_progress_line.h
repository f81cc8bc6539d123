// "reading symbols of libx.so: 45 %", "fetching the debug file of libx.so" on a terminal, after half a second; with a
// percentage where it is known; wiped when done.
#pragma once

#include <memory>
#include <string>

#include "analyzer/commands/progress_line.h"
#include "analyzer/symbols/symbol_progress.h"

namespace dregs {

// What to hand to the symbolizer.
SymbolProgress show_symbol_progress();

}  // namespace dregs
