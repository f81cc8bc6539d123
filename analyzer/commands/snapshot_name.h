// What a copy of a trace is called when nobody said.
#pragma once

#include <string>

#include "analyzer/trace/byte_source.h"

namespace dregs {

// server.4711.dregs, ".snapshot" -> ./server.4711.snapshot.dregs
std::string snapshot_name(const FileSource& source, const std::string& part);

}  // namespace dregs
