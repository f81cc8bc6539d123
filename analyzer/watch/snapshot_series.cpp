// See snapshot_series.h.
#include "analyzer/watch/snapshot_series.h"

#include <absl/strings/str_cat.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/trace/clock.h"
#include "analyzer/trace/new_file.h"
#include "analyzer/trace/snapshot.h"

namespace dregs {
namespace {

std::string moment_text(std::time_t moment) {
    struct tm parts {};
    char text[32] = {};
    if (!::localtime_r(&moment, &parts) || std::strftime(text, sizeof(text), "%Y%m%dT%H%M%S", &parts) == 0) return "0";
    return text;
}

}  // namespace

std::string snapshot_name(const std::string& trace, std::time_t moment, SnapshotReason reason) {
    return path_with(trace, absl::StrCat(moment_text(moment), ".", reason_word(reason)));
}

std::string SnapshotSeries::take(const ByteSource& source, SnapshotReason reason, bool at_rest) {
    const auto now = static_cast<std::time_t>(clock_ns(CLOCK_REALTIME) / 1'000'000'000);
    const std::string path = take_snapshot(source, {snapshot_name(trace_, now, reason), at_rest, reason_word(reason)});
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) files_.push_back({path, status.st_dev, status.st_ino});
    if (keep_ != 0 && files_.size() > keep_) drop_oldest();
    return path;
}

// Should something else stand there now, it is not ours.
void SnapshotSeries::drop_oldest() {
    const auto oldest = files_.begin() + (keep_ > 1 ? 1 : 0);
    struct stat status {};
    const bool there = ::lstat(oldest->path.c_str(), &status) == 0;
    if (there && status.st_dev == oldest->device && status.st_ino == oldest->inode) ::unlink(oldest->path.c_str());
    files_.erase(oldest);
}

}  // namespace dregs
