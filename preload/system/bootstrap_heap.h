// Memory for allocations made before the real allocator is known: while it is being looked up (dlsym itself may
// allocate), and by IFUNC resolvers that run before the loader has relocated this library.
//
// Bump allocation from a static arena; what is freed is not used again. A few hundred bytes in practice; when the arena
// is full the caller gets null, as from an exhausted heap. Calls nothing outside of itself. Blocks here are not
// recorded until a realloc moves them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dregs::bootstrap_heap {

inline constexpr std::size_t kArenaBytes = 64 << 10;
extern char g_arena[kArenaBytes];

// Zeroed, aligned to `alignment` (a power of two). Null when full.
void* allocate(std::size_t bytes, std::size_t alignment = 16);
inline bool owns(const void* block) {
    return reinterpret_cast<std::uintptr_t>(block) - reinterpret_cast<std::uintptr_t>(g_arena) < kArenaBytes;
}
// Of a block that owns() is true for.
std::size_t size_of(const void* block);

}  // namespace dregs::bootstrap_heap
