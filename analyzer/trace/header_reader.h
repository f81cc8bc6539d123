// The first bytes of a trace: is it one, and one we can read?
//
// Called first of all and again whenever a live file's tables may have grown. Checks what does not depend on any table.
#pragma once

#include "analyzer/trace/byte_source.h"
#include "dregs/trace_format.h"

namespace dregs {

// Throws Error with a line that says what the file is instead.
format::Header read_header(const ByteSource& source);

}  // namespace dregs
