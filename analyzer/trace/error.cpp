// See error.h.
#include "analyzer/trace/error.h"

#include <absl/strings/str_cat.h>

namespace dregs {

TraceError::TraceError(const std::string& file, std::uint64_t offset, const std::string& what)
    : Error(absl::StrCat(file, ": offset 0x", absl::Hex(offset), ": ", what)) {}

}  // namespace dregs
