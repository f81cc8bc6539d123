// From an argument, TRACE or PID, to a profile; with a progress line on work that takes over a second.
#pragma once

#include <memory>
#include <ostream>
#include <string>

#include "analyzer/analysis/profile.h"

namespace dregs {

std::unique_ptr<Profile> open_profile(const std::string& trace_or_pid, NamingRoom& naming);

// What naming could not find out, once for each module.
void print_warnings(std::ostream& err, const NamingRoom& naming);

}  // namespace dregs
