// What a process consists of, from /proc/PID: the files it shares memory with, one of which may be a trace, and its
// threads.
//
// Reads /proc only. Called by process_status.cpp (is this file still mapped?), locate.cpp (where is the trace?),
// freeze.cpp.
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

// Whether a file whose path ends so is mapped; false, too, when we may not look.
bool has_mapped(std::uint32_t pid, const std::string& ending);

// Thread ids, sorted; none when the process is gone.
std::vector<std::uint32_t> list_tasks(std::uint32_t pid);

}  // namespace dregs
