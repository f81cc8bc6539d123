// See trace_remarks.h.
#include "analyzer/export/trace_remarks.h"

#include <absl/strings/str_split.h>

#include <sstream>

#include "analyzer/output/trace_text.h"

namespace dregs {

std::vector<std::string> trace_remarks(const Profile& profile) {
    std::ostringstream text;
    print_headline(text, profile, {});
    print_losses(text, profile, {});
    return absl::StrSplit(text.str(), '\n', absl::SkipEmpty());
}

bool lost_anything(const Profile& profile) {
    const Loss& loss = profile.loss();
    return loss.unrecorded_allocs != 0 || loss.truncated_stacks != 0 || loss.unknown_frees != 0 ||
           loss.lost_frees != 0 || loss.unseen_frees != 0 || loss.lost_markers != 0 || loss.damaged_blocks != 0 ||
           loss.imbalance != 0 || !loss.notes.empty();
}

}  // namespace dregs
