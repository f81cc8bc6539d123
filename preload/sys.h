// The only calls into the operating system that the shim makes, beside those of the C library's allocator.
//
// Shared preconditions: none of these allocates, locks or throws; all are async-signal-safe. Each leaves errno as the
// system set it: callers on a hook path wrap themselves in KeepErrno (guard.h).
#pragma once

#include <cstddef>
#include <cstdint>

namespace dregs::sys {

// Zeroed private memory that reads as zero again in a forked child. Null when there is none. Never given back.
void* map_private(std::size_t bytes);

}  // namespace dregs::sys
