// Everything the shim knows in one place: one static object whose pages a fork wipes.
//
// All-zero bytes are the valid state "not started" of every part, so a forked child finds a shim that has not begun yet
// and begins its own trace at its first allocation, without a handler and without touching the parent's file.
#pragma once

#include "block_map.h"
#include "clock.h"
#include "kinds.h"
#include "modules.h"
#include "notes.h"
#include "pools.h"
#include "scope_table.h"
#include "side_table.h"
#include "stack_table.h"
#include "string_table.h"
#include "thread_scopes.h"
#include "threads.h"
#include "trace_file.h"
#include "unwind.h"

namespace dregs {

enum class Phase : std::uint32_t {
    kNotStarted = 0,
    kStarting = 1,
    kRecording = 2,
    kInert = 3,  // cannot or must not record: only passes calls on
};

// What was lost before the file was there to count it in.
struct EarlyLoss {
    std::uint64_t allocs;
    std::uint64_t alloc_bytes;
    std::uint64_t frees;
    std::uint64_t markers;
};

struct alignas(4096) State {
    Phase phase;
    EarlyLoss early;
    SlowLock lock;
    Clock clock;
    std::uint32_t max_frames;
    std::uint32_t forked;
    TraceFile file;
    StringTable strings;
    Notes notes;
    StackTable stacks;
    ScopeTable scopes;
    SideTable side;
    BlockMap blocks;
    Kinds kinds;
    ThreadScopes thread_scopes;
    Pools pools;
    Threads threads;
    Modules modules;
    Unwinder unwinder;
};

// Zero from the start, with no constructor that would run after the first hooks and wipe what they recorded.
union StateStorage {
    constexpr StateStorage() : zero(0) {}
    char zero;
    State state;
};
extern StateStorage g_state_storage;
static constexpr State& g_state = g_state_storage.state;

// The calling thread's own part; null before its first call.
extern __thread ThreadState* t_thread __attribute__((tls_model("initial-exec")));

}  // namespace dregs
