// Does the process that wrote a trace still run?
//
// Owns the question, asks /proc, and says "cannot be known" rather than guess: a pid may be used again, belong to
// another host or container, or have been replaced by exec. Judges nothing in the trace itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analyzer/trace/trace.h"

namespace dregs {

enum class Liveness {
    kRunning,    // and still writes this file
    kExited,     // its exit handlers ran
    kEnded,      // they did not: killed, _exit, abort
    kReplaced,   // it runs, but exec put another program in its place
    kElsewhere,  // another host: not to be seen from here
    kSnapshot,   // a copy made while it ran
    kImported,   // no process: converted from another format
};

struct ProcessStatus {
    Liveness liveness = Liveness::kEnded;
    std::uint32_t pid = 0;
    std::vector<std::uint32_t> tasks;  // thread ids while it runs; sorted

    bool running() const { return liveness == Liveness::kRunning; }
    bool has_task(std::uint32_t tid) const;
};

// `source` is the file the trace was loaded from; `pid` is what the process is called here, 0: what it calls itself.
ProcessStatus process_status(const Trace& trace, const FileSource& source, std::uint32_t pid = 0);

// "running", "exited" ...: the word in JSON.
const char* liveness_word(Liveness liveness);

}  // namespace dregs
