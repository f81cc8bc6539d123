// When snapshots of a running process are taken, and how many are kept.
//
// Made by the command line, carried out by Watcher. A further reason is a word here and whoever asks for it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "analyzer/watch/amount.h"

namespace dregs {

enum class SnapshotReason { kInterval, kGrowth, kRss, kSignal, kExit };

// What stands in the name, and is the label: "interval", "growth" ...
const char* reason_word(SnapshotReason reason);

struct SnapshotPlan {
    std::uint64_t every_ns = 0;   // 0: not by time
    GrowthLimit growth;           // since the last snapshot of the process, whatever its reason
    std::uint64_t rss_bytes = 0;  // 0: not by its resident set
    bool by_signal = false;
    bool at_exit = false;
    bool at_once = false;   // the first when the watch begins
    std::size_t count = 0;  // moments, then the watch ends; 0: as long as there is something to watch
    std::size_t keep = 0;   // of each process: the first and the newest; 0: all

    bool looks_inside() const { return growth.set() || rss_bytes != 0; }
    bool watches() const { return every_ns != 0 || looks_inside() || by_signal || at_once; }
};

}  // namespace dregs
