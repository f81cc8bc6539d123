// The snapshots that were taken of one process: their names, and how many of them stay.
//
// Owns files of its own making only. The first stays, as what all others are compared with, and the newest; where only
// one is kept it is the newest.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <ctime>
#include <string>
#include <vector>

#include "analyzer/trace/byte_source.h"
#include "analyzer/watch/snapshot_plan.h"

namespace dregs {

// "a/server.4711.dregs" -> "a/server.4711.20261121T101500.growth.dregs", in local time.
std::string snapshot_name(const std::string& trace, std::time_t moment, SnapshotReason reason);

class SnapshotSeries {
  public:
    // Snapshots are named after `trace`. At most `keep` stay, 0: all.
    SnapshotSeries(std::string trace, std::size_t keep) : trace_(std::move(trace)), keep_(keep) {}

    // Returns the path. What is there already is never overwritten. Throws Error.
    std::string take(const ByteSource& source, SnapshotReason reason, bool at_rest);

  private:
    struct File {
        std::string path;
        dev_t device;
        ino_t inode;
    };
    void drop_oldest();

    std::string trace_;
    std::size_t keep_;
    std::vector<File> files_;
};

}  // namespace dregs
