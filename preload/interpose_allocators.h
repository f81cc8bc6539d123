// See interpose_allocators.cpp.
#pragma once

namespace dregs {

// Has the calls of what is loaded by now go by our functions. Once, when the program has been loaded.
void redirect_allocators();

}  // namespace dregs
