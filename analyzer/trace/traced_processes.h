// All processes on this machine that write a trace, as far as we may look.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "analyzer/trace/byte_source.h"

namespace dregs {

struct TracedProcess {
    std::uint32_t pid;    // as known here
    std::string program;  // its name, without folders
    std::unique_ptr<FileSource> source;
};

// By pid. Processes that end meanwhile, or that are others', are left out.
std::vector<TracedProcess> find_traced_processes();

}  // namespace dregs
