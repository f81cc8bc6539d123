// A path as a process sees it whose root is another folder: a container's image, or /proc/PID/root of a running one.
//
// Links are followed within that root: an absolute one must not lead out into our own files of the same name. Knows
// nothing of what is in the files.
#pragma once

#include <string>

namespace dregs {

// Where `path` lies for us. `root` + `path` where it cannot be followed, because it is not there or the kernel (before
// 5.6) does not know how. An empty root is our own: `path` as it is.
std::string path_in_root(const std::string& root, const std::string& path);

}  // namespace dregs
