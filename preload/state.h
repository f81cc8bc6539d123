// Everything the shim knows in one place: one static object whose pages a fork wipes.
//
// All-zero bytes are the valid state "not started" of every part, so a forked child finds a shim that has not begun yet
// and begins its own trace at its first allocation, without a handler and without touching the parent's file.
#pragma once

#include "preload/blocks/address_filter.h"
#include "preload/blocks/block_map.h"
#include "preload/blocks/ledger.h"
#include "preload/blocks/limits.h"
#include "preload/blocks/modules.h"
#include "preload/blocks/pools.h"
#include "preload/blocks/side_table.h"
#include "preload/file/notes.h"
#include "preload/file/stack_table.h"
#include "preload/file/string_table.h"
#include "preload/file/trace_file.h"
#include "preload/scopes/kinds.h"
#include "preload/scopes/scope_edges.h"
#include "preload/scopes/scope_table.h"
#include "preload/scopes/thread_scopes.h"
#include "preload/scopes/threads.h"
#include "preload/system/clock.h"
#include "preload/system/options.h"
#include "preload/unwind/unwind.h"

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
    std::uint32_t process;  // whose memory this is; a child of a fork begins with 0
    std::uint32_t parent_process;
    std::uint32_t sample_bytes;      // 0: every block is recorded
    std::uint32_t ledger;            // 1: so is where each is released
    std::uint32_t plain_frees;       // 1: neither of the two, a free is taking the block out. 0 before it is known, too
    std::uint32_t special_allocs;    // 1: blocks are a sample, or live bytes have a limit (enter_special_block)
    std::uint32_t rare_frees;        // 1: so they are, or the program moves blocks (take_rare_block)
    std::uint32_t watches_failures;  // 1: an allocation that fails is worth a snapshot
    std::uint32_t told_failure;      // 1: it has been taken
    std::uint32_t moves_ready;       // 1: no thread takes blocks out in the quick way any more
    std::uint32_t visits_ready;      // 1: no thread leaves its scopes in the quick way any more
    char scratch[kPathBytes];        // for whoever starts the process: hooks run on small stacks
    TraceFile file;
    StringTable strings;
    Notes notes;
    StackTable stacks;
    ScopeTable scopes;
    SideTable side;
    BlockMap blocks;
    Limits limits;
    AddressFilter sampled;  // the blocks in `blocks`, when they are a sample
    Kinds kinds;
    ScopeEdges scope_edges;
    ThreadScopes thread_scopes;
    Pools pools;
    Threads threads;
    Modules modules;
    Unwinder unwinder;
    Ledger releases;
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
