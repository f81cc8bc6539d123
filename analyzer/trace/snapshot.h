// A point-in-time copy of a trace whose process may be writing it.
//
// The copy reads like the trace of a dead process: torn blocks are left out, scope records that changed meanwhile are
// made open (so that what names them is innocent), and the header says of when it is. Same order and care as load.cpp.
// Does not stop the process: freeze.h does.
#pragma once

#include <string>

#include "analyzer/trace/byte_source.h"

namespace dregs {

struct SnapshotOptions {
    std::string path;         // where to; never overwrites, see NewFile
    bool consistent = false;  // the caller holds the process still
    std::string label = {};   // kept in the copy, unless it has one: it is a copy of a snapshot
};

// Returns the path of the copy. Throws Error; no half-written file is left.
std::string take_snapshot(const ByteSource& source, const SnapshotOptions& options);

}  // namespace dregs
