// Memory for allocations made while the real allocator is being looked up (dlsym itself may allocate).
//
// Bump allocation from a static arena; what is freed is not used again. A few hundred bytes in practice; when the arena
// is full the caller gets null, as from an exhausted heap. Nothing here is recorded: these blocks are ours, not the
// program's.
#pragma once

#include <cstddef>

namespace dregs::bootstrap_heap {

// Zeroed, aligned to `alignment` (a power of two). Null when full.
void* allocate(std::size_t bytes, std::size_t alignment = 16);
bool owns(const void* block);
// Of a block that owns() is true for.
std::size_t size_of(const void* block);

}  // namespace dregs::bootstrap_heap
