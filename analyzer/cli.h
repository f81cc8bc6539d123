// The command line: which subcommands there are, and the one door through which every error leaves.
#pragma once

#include <ostream>

namespace dregs {

// Returns the exit status: 0 done, 1 findings, 2 usage or unreadable trace; of `run`, the program's own.
int run_cli(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

}  // namespace dregs
