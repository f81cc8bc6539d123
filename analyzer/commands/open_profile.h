// From an argument, TRACE or PID, to a profile; with a progress line on work that takes over a second.
#pragma once

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "analyzer/analysis/profile.h"
#include "analyzer/analysis/timeline.h"
#include "analyzer/trace/locate.h"

namespace dregs {

std::unique_ptr<Profile> open_profile(const std::string& trace_or_pid, NamingRoom& naming);

// The same of a trace that is open already, without a word on the terminal.
std::unique_ptr<Profile> read_profile(const OpenedTrace& opened, NamingRoom& naming, const Progress& progress = {});

// In which order these follow each other.
Timeline timeline_of(const std::vector<std::string>& traces_or_pids);

// What naming could not find out, once for each module.
void print_warnings(std::ostream& err, const NamingRoom& naming);

}  // namespace dregs
