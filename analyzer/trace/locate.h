// From what the user typed, TRACE or PID, to the file to read.
//
// A process's trace is found in its memory map, whatever its name and wherever it lies: in a container's root, deleted.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "analyzer/trace/byte_source.h"

namespace dregs {

struct OpenedTrace {
    std::unique_ptr<FileSource> source;
    std::uint32_t pid = 0;  // when it was given by its pid, as known here; 0: by its file
};

// A file of that name, or else the trace of the process of that number. Throws Error that says which of the two failed.
OpenedTrace open_trace_or_pid(const std::string& text);

// The trace that process `pid` writes.
std::unique_ptr<FileSource> open_trace_of(std::uint32_t pid);
// The same; nullptr when there is none, or when we may not look.
std::unique_ptr<FileSource> find_trace_of(std::uint32_t pid);

}  // namespace dregs
