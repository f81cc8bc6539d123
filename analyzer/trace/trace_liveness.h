// Whether the process that wrote a trace still runs, from what its header says. process_status.cpp owns the answer.
#pragma once

#include <string_view>

#include "analyzer/trace/process_status.h"

namespace dregs {

// Strings that the header refers to.
struct WriterNames {
    std::string_view host;
    std::string_view output;
};

Liveness trace_liveness(const format::Header& header, const WriterNames& names, const FileSource& source,
                        std::uint32_t pid);

}  // namespace dregs
