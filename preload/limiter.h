// What is done about limits on live bytes (blocks/limits.h), and when an allocation fails: a snapshot, at the first
// time of each; and with --limit-action=fail no more blocks, as from a heap that is exhausted.
//
// Called where limits were asked for only. The check before an allocation is put in front of the allocator behind us
// (real.h), so it costs nothing where there is none. Threads that allocate at one moment may pass a limit by what they
// ask for.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dregs {

// A block has come into this record's scope. `nested`: this hook interrupts another, and takes no snapshot.
void enter_limited(std::uint32_t scope, std::uint64_t bytes, bool nested);
// A block was taken out of it.
void leave_limited(std::uint32_t scope, std::uint64_t bytes);
// A block was moved to another's.
void move_limited(std::uint32_t from, std::uint32_t to, std::uint64_t bytes);

// The allocator had none, or said so by errno; it refuses what makes no sense, too, which is no failure. errno stays.
void note_failed_alloc(std::size_t bytes);
void note_refused_alloc(std::size_t bytes);
// The same of functions that may leave errno alone.
void note_unexplained_alloc(std::size_t bytes);

// Whether an allocation is beyond a limit and must fail; errno says so then. For the allocator's functions that are not
// in real.h.
extern bool g_refuses;
bool refuses(std::size_t bytes);
inline bool is_refused(std::size_t bytes) { return __builtin_expect(g_refuses, 0) && refuses(bytes); }

// From now on allocations beyond a limit fail. Once in a process image; a child's limits begin anew.
void guard_allocator();

}  // namespace dregs
