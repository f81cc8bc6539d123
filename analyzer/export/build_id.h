// A module's build-id as everybody writes it.
#pragma once

#include <absl/strings/escaping.h>

#include <algorithm>
#include <string>

#include "dregs/trace_format.h"

namespace dregs {

// In lower case hexadecimal digits; empty: it has none.
inline std::string build_id_text(const format::Module& module) {
    const std::size_t bytes = std::min(module.build_id_bytes, format::kBuildIdBytes);
    return absl::BytesToHexString({reinterpret_cast<const char*>(module.build_id), bytes});
}

}  // namespace dregs
