// Opening of files that somebody else named: only if they are regular, whatever is put in their place meanwhile.
//
// Merely to open a FIFO may wait for ever, and to open a device may do anything. Owns nothing; knows nothing of what is
// in the files.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <string>

namespace dregs {

// Opens a regular file for reading, through links. The caller closes the descriptor; `status` is its fstat. -1: errno
// says why; EISDIR where there is a directory, ENXIO where there is something else that is no regular file.
int open_regular_file(const std::string& path, struct stat& status);

// What is in such a file, up to `most` bytes of it; empty where it cannot be opened or read.
std::string read_regular_file(const std::string& path, std::size_t most);

}  // namespace dregs
