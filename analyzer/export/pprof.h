// pprof's format: a gzip'd protocol buffer, perftools.profiles.Profile, for `go tool pprof` and all that reads the
// same.
//
// Format: https://github.com/google/pprof/blob/main/proto/profile.proto (fields are named as there). Sample types are
// inuse_objects and inuse_space, outlived_objects and outlived_space (of blocks whose scope is over), and alloc_objects
// and alloc_space where a ledger tells them, on samples of their own, for a ledger knows stacks only. Labels: scope,
// thread, tid, host. Comments say what the trace is and what was lost. The readers print names to terminals: all are
// escaped.
#pragma once

#include <ostream>

#include "analyzer/export/export_options.h"

namespace dregs {

void write_pprof(std::ostream& out, Profile& profile, const ExportOptions& options);

}  // namespace dregs
