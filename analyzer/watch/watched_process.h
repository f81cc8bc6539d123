// One process under watch: its trace, read from outside, and the snapshots taken of it.
//
// Owns the open trace; whatever becomes of its name, the file stays the same. Nothing is done in or to the process.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "analyzer/trace/byte_source.h"
#include "analyzer/watch/growth_watch.h"
#include "analyzer/watch/rss_watch.h"
#include "analyzer/watch/snapshot_series.h"

namespace dregs {

struct WatchTarget {
    std::string trace;
    std::uint32_t pid = 0;
    std::string name;  // what its snapshots are named after
};

class WatchedProcess {
  public:
    // Throws Error.
    WatchedProcess(const WatchTarget& target, const SnapshotPlan& plan);

    const WatchTarget& target() const { return target_; }
    // Whether the process is there and still writes this trace: exec ends one and begins another.
    bool runs() const;
    // Growth so far counts as there from the beginning.
    void begin_here();
    // Why there should be a snapshot now, if so. Cheap.
    std::optional<SnapshotReason> look();
    // Returns its path. Throws Error.
    std::string take(SnapshotReason reason, bool at_rest);

  private:
    std::uint64_t resident_bytes() const;

    WatchTarget target_;
    FileSource source_;
    bool by_rss_;
    GrowthWatch growth_;
    RssWatch rss_;
    SnapshotSeries series_;
};

}  // namespace dregs
