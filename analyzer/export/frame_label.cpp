// See frame_label.h.
#include "analyzer/export/frame_label.h"

#include <absl/strings/str_cat.h>

#include "analyzer/output/escape.h"

namespace dregs {

std::string frame_label(const Frame& frame) {
    if (!frame.function.empty()) return escape_text(frame.function);
    std::string address = absl::StrCat("0x", absl::Hex(frame.offset));
    if (frame.module.empty()) return address;
    return absl::StrCat(escape_text(display_name(frame.module)), "+", address);
}

const std::string& FrameLabels::of(const Frame& frame) {
    const auto known = labels_.find(&frame);
    if (known != labels_.end()) return known->second;
    return labels_.emplace(&frame, make_(frame)).first->second;
}

}  // namespace dregs
