// What the traced program is called: in the names of traces, in reports and to --only.
//
// The name that it was started by, where that is a link to its file (Debian's redis-server is one to redis-check-rdb),
// else the file's. Found out when the process image starts, and the same for all that it forks: a child may have left
// the folder, live in another root, or be forbidden to ask. Zero bytes are a valid state. Not for two threads at once.
#pragma once

#include "preload/system/options.h"

namespace dregs {

class ProgramName {
  public:
    // Three system calls, five of a link; none when it is known already.
    void find();

    // Absolute; empty: not known.
    const char* path() const { return path_; }
    // Whether one of a comma-separated list of names is that of the link or of the file.
    bool is_in(const char* names) const;

  private:
    static constexpr std::size_t kNameBytes = 256;  // NAME_MAX and a NUL

    char path_[kPathBytes];
    char file_[kNameBytes];
};

}  // namespace dregs
