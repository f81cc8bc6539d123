// See snapshot_name.h.
#include "analyzer/commands/snapshot_name.h"

#include <absl/strings/str_cat.h>

#include "analyzer/symbols/frame.h"

namespace dregs {

std::string snapshot_name(const FileSource& source, const std::string& part) {
    const std::string name(display_name(source.name()));
    const std::size_t dot = name.rfind('.');
    const bool suffixed = dot != std::string::npos && dot != 0;
    return suffixed ? absl::StrCat(name.substr(0, dot), part, name.substr(dot)) : name + part + ".dregs";
}

}  // namespace dregs
