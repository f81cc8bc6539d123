// A trace file of a test, as yet without tables.
#pragma once

#include "trace_fixture.h"

namespace dregs {

struct OpenFile {
    Zeroed<Options> options = zeroed<Options>();
    Zeroed<TraceFile> file = zeroed<TraceFile>();
    int create(const std::string& pattern) {
        std::snprintf(options->output, sizeof options->output, "%s", pattern.c_str());
        return file->create(*options, "/bin/p");
    }
};

}  // namespace dregs
