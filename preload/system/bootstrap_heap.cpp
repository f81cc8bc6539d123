#include "preload/system/bootstrap_heap.h"

namespace dregs::bootstrap_heap {
namespace {

std::size_t g_used;

std::size_t* size_field(const void* block) {
    return const_cast<std::size_t*>(static_cast<const std::size_t*>(block) - 1);
}

}  // namespace

alignas(64) char g_arena[kArenaBytes];

void* allocate(std::size_t bytes, std::size_t alignment) {
    if (alignment < 16) alignment = 16;
    if (bytes > kArenaBytes || alignment > kArenaBytes) return nullptr;
    // Threads may meet here: each takes its own part. The room in front of a block holds its size.
    const std::size_t part = bytes + alignment + sizeof(std::size_t);
    const std::size_t begin = __atomic_fetch_add(&g_used, part, __ATOMIC_RELAXED);
    if (begin + part > kArenaBytes) return nullptr;
    const auto first = reinterpret_cast<std::uintptr_t>(g_arena) + begin + sizeof(std::size_t);
    void* block = reinterpret_cast<void*>((first + alignment - 1) & ~(alignment - 1));
    *size_field(block) = bytes;
    return block;
}

std::size_t size_of(const void* block) { return *size_field(block); }

}  // namespace dregs::bootstrap_heap
