// Makes the span library: a shared object, preloaded behind the shim, that has a function of its own in front of each
// that begins or ends scopes. See README.md for how it works and why so.
#pragma once

#include <string>
#include <vector>

#include "analyzer/spans/span_definition.h"

namespace dregs {

// The file's bytes: the same for the same functions. Throws Error when there are too many.
std::string make_span_library(const std::vector<SpanFunction>& functions);

}  // namespace dregs
