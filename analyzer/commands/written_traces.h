// The traces that a program just run, and its children, have left.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace dregs {

struct WrittenTrace {
    std::string path;
    pid_t pid;  // as the process itself knows it
};

struct WrittenTraces {
    std::vector<std::string> own;       // of the program itself; more than one when it called exec
    std::vector<std::string> children;  // of its descendants
};

// `pattern` is the absolute one given to the shim, `since_ns` (CLOCK_REALTIME) is before the start.
WrittenTraces find_written_traces(const std::string& pattern, pid_t pid, std::uint64_t since_ns);

// The same as a list, in order of their beginning: a process that called exec is there more than once.
std::vector<WrittenTrace> list_written_traces(const std::string& pattern, pid_t pid, std::uint64_t since_ns);

// Why no trace can be made by this absolute pattern: its folder is missing or not ours to write. Empty: nothing is
// known.
std::string unwritable_place(const std::string& pattern);

// A pattern that means the same wherever the program goes: made absolute, with the percent signs of the folder kept. Of
// a folder: the usual name in it.
std::string absolute_pattern(const std::string& given);

}  // namespace dregs
