// See snapshot_plan.h.
#include "analyzer/watch/snapshot_plan.h"

namespace dregs {

const char* reason_word(SnapshotReason reason) {
    switch (reason) {
        case SnapshotReason::kInterval:
            return "interval";
        case SnapshotReason::kGrowth:
            return "growth";
        case SnapshotReason::kRss:
            return "rss";
        case SnapshotReason::kSignal:
            return "signal";
        case SnapshotReason::kExit:
            return "exit";
    }
    return "";
}

}  // namespace dregs
