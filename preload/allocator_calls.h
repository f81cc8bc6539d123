// Blocks that come and go by functions which are an allocator's own (allocator_functions.h), not of malloc's family.
//
// Such functions call each other, and those of malloc's family: the outermost call is the one that counts. Most inner
// calls are known by their caller and left out from the first. What an inner call
// recorded of the same block is taken back, and its free of it is nobody's. A call that throws or jumps away leaves
// nothing to be undone.
//
// As recorder.h: the caller owns the block; none of these allocates or changes errno.
#pragma once

#include <cstddef>
#include <cstdint>

#include "preload/recorder.h"

namespace dregs {

// Asked before a call that makes a block, for enter_made.
std::uint64_t calls_so_far();
// The call has made a block. `calls`: what calls_so_far() said before it.
void enter_made(void* block, std::size_t bytes, std::uint64_t calls, const Registers& caller);

// A call will free the block. Returns what end_release wants when it is through.
const void* begin_release(const void* block, const Registers& caller);
void end_release(const void* former);

// A call makes another block of one, which it may move.
struct RemadeBlock {
    TakenBlock taken;
    const void* former;
    std::uint64_t calls;
};
void begin_remake(const void* block, const Registers& caller, RemadeBlock& remade);
void finish_remake(void* moved, std::size_t bytes, const RemadeBlock& remade, const Registers& caller);
// There is no other one: the block is as it was, or has been freed.
void end_remake(void* block, bool freed, const RemadeBlock& remade, const Registers& caller);

// The block that begins at `from` or in the `bytes` from there will be gone.
void take_within(const void* from, std::size_t bytes, const Registers& caller);

// The code of what functions of allocators lie in. Filled while the program is loaded.
struct CodeRange {
    std::uintptr_t begin;
    std::uintptr_t end;
    bool holds(std::uintptr_t pc) const { return pc >= begin && pc < end; }
};
inline constexpr unsigned kMostAllocators = 4;
extern CodeRange g_own_code;
extern CodeRange g_allocator_code[kMostAllocators];
void know_own_code(const void* function);
void know_allocator(const void* function);

DREGS_INLINE bool is_called_by_allocator(const Registers& caller) {
    for (const CodeRange& code : g_allocator_code) {
        if (DREGS_UNLIKELY(code.holds(caller.pc))) return true;
    }
    return false;
}

// Whether the call is part of one that counts itself. A function that ends with a jump to another leaves that to
// return to us. An allocator that calls functions of its own names frees what they make in other ways; operators it
// uses as anybody does.
DREGS_INLINE bool is_inner(const Registers& caller, bool is_operator) {
    return DREGS_UNLIKELY(g_own_code.holds(caller.pc)) || (!is_operator && is_called_by_allocator(caller));
}

}  // namespace dregs
