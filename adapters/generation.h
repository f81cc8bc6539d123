// Which process this is: a forked child has a trace of its own, in which its parent's handles mean nothing.
#pragma once

#include "adapters/attributes.h"

namespace dregs::adapters {

// Rises in a forked child, however it was forked. Handles are kept with the generation that they were made in.
unsigned generation();

}  // namespace dregs::adapters
