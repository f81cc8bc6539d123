// What `dregs run --scope` preloads.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace dregs {

// The path of the library for these options; empty: there are none. Says on `messages` which functions will not be seen
// in `program`, as far as that can be known before it runs. Throws Error.
std::string make_scope_library(const std::vector<std::string>& options, const std::string& program,
                               const std::string& shim, std::ostream& messages);

}  // namespace dregs
