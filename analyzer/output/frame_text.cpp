// See frame_text.h.
#include "analyzer/output/frame_text.h"

#include <absl/strings/str_cat.h>

#include "analyzer/output/escape.h"

namespace dregs {
namespace {

std::string address_text(const Frame& frame) {
    const std::string module = frame.module.empty() ? "" : absl::StrCat(escape_text(display_name(frame.module)), "+");
    return absl::StrCat(module, "0x", absl::Hex(frame.offset));
}

std::string place_text(const Frame& frame) {
    if (frame.file.empty()) return "";
    const std::string file = escape_text(display_name(frame.file));
    return frame.line > 0 ? absl::StrCat("  ", file, ":", frame.line) : absl::StrCat("  ", file);
}

}  // namespace

std::string frame_text(const Frame& frame, bool with_module) {
    std::string text = frame.function.empty() ? address_text(frame) : escape_text(frame.function);
    absl::StrAppend(&text, place_text(frame));
    if (frame.inlined) absl::StrAppend(&text, "  [inlined]");
    const bool module_shown = frame.function.empty() || frame.module.empty();
    if (with_module && !module_shown) {
        absl::StrAppend(&text, "  (", escape_text(display_name(frame.module)), ")");
    }
    return text;
}

}  // namespace dregs
