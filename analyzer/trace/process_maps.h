// What a process has mapped, from /proc/PID/maps: which of it may be a trace.
//
// Reads /proc only. Called by process_status.cpp (is this file still mapped?) and locate.cpp (where is the trace?).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dregs {

// A shared writable mapping of a file.
struct SharedMapping {
    std::string range;  // "begin-end" as the kernel writes it: names it in map_files/
    std::string path;   // in the process's own root; without the " (deleted)" the kernel adds
    dev_t device;
    ino_t inode;
};

// Nothing when the process is gone or may not be looked at; errno says which.
std::optional<std::vector<SharedMapping>> shared_mappings(std::uint32_t pid);

}  // namespace dregs
