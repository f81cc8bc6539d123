// Signals by the names people give them: "USR2", "SIGUSR2", "RTMIN+1", "12".
#pragma once

#include <string>

namespace dregs {

// 0: there is none of that name.
int signal_by_name(const std::string& name);

}  // namespace dregs
