// A report on its way to a terminal: what is longer than the terminal is shown in a pager, all else as it is.
#pragma once

#include <absl/functional/function_ref.h>

#include <ostream>

#include "analyzer/commands/terminal_options.h"

namespace dregs {

// Returns when all is written and the pager, if there was one, has ended. Where standard output is no terminal, or no
// pager is wanted, `print` writes straight to `out`; otherwise the whole text is held until it is shown.
void show_report(std::ostream& out, const TerminalOptions& options, absl::FunctionRef<void(std::ostream&)> print);

}  // namespace dregs
