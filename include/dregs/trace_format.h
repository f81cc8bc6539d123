// The trace file: the shim's own data structures, mapped MAP_SHARED, so that the file is valid at every moment.
//
// Owns: the layout, its constants and its rules. Includes nothing but <cstdint>. Included by the shim, which writes,
// and by the analyzer, which reads and must treat every value in a file as hostile.
//
//   ┌────────────────┬───────────────────────────────────────────────────────────────────────┐
//   │ Header 8 KiB   │ segments of tables and leaves of the block map, in order of creation ...│
//   └────────────────┴───────────────────────────────────────────────────────────────────────┘
//
// * A **table** is an array of equal records addressed by a 32-bit index. Its segments double in size: segment k holds
//   `first_records << k` records and begins at index `((1 << k) - 1) * first_records`. Segments are only ever added,
//   never moved, so an index stays good for the life of the file. `count` is the number of indices handed out; a record
//   whose index was handed out may still be all zero (its writer was interrupted, or is about to fill it).
// * The **block map** is a shadow of the address space: one 8-byte word for each granule of 32 bytes, in leaves that
// cover
//   64 KiB of addresses. A live block's word stands at the granule its address lies in. See `Word`.
// * Everything is little-endian; multi-byte fields are naturally aligned. Times named `_cs` are hundredths of a second
//   since the process began to be traced; `_ns` are nanoseconds.
// * One aligned 8-byte store changes one state. A node or record is filled first and then published with release order
// by
//   the word that refers to it.
#pragma once

#include <cstdint>

namespace dregs::format {

// ---------------------------------------------------------------------------------------------------------------------
// Header

inline constexpr char kMagic[8] = {'D', 'R', 'E', 'G', 'S', 'T', 'R', '\x1a'};
// Raised by any change that an older reader would misread. A reader refuses a version it does not know.
inline constexpr std::uint32_t kVersion = 1;
inline constexpr std::uint32_t kHeaderBytes = 8192;
inline constexpr std::uint32_t kMachineX86_64 = 62;  // EM_X86_64 of the ELF specification

// Who wrote the file.
enum class Writer : std::uint32_t { kShim = 1, kImport = 2, kMerge = 3 };

// How far the process came, as far as it could tell itself. A killed process stays kRunning: ask the system.
enum class ProcessState : std::uint32_t {
    kStarting = 0,
    kRunning = 1,
    kExited = 2,  // exit handlers ran; frees after them are still recorded
};

enum SnapshotFlags : std::uint32_t {
    kSnapshotConsistent = 1,  // the process stood still while the copy was made
};

enum TableId : std::uint32_t {
    kStrings = 0,       // bytes; see String
    kModules = 1,       // Module
    kStackNodes = 2,    // StackNode
    kLeaves = 3,        // Leaf
    kScopes = 4,        // Scope
    kKinds = 5,         // Kind
    kKindCounters = 6,  // KindCounters
    kThreads = 7,       // ThreadCounters
    kSideBlocks = 8,    // SideBlock; a hash table: every record of every segment counts, whatever `count` says
    kNotes = 9,         // Note
    kReleases = 10,     // Release; not there unless Header.ledger
    kScopeEdges = 11,   // ScopeEdge
    kTableCount = 12,
};
inline constexpr std::uint32_t kMaxTables = 16;
inline constexpr std::uint32_t kMaxSegments = 30;

struct Table {
    std::uint32_t record_bytes;
    std::uint32_t first_records;                 // a power of two
    std::uint64_t count;                         // indices handed out; more than the segments hold when growth failed
    std::uint64_t segment_offset[kMaxSegments];  // file offset, 0: not there yet
};
static_assert(sizeof(Table) == 256);

// Index of a string in kStrings: where its 32-bit length stands; the bytes follow, not terminated. 0: no string.
// A string lies within one segment. Text is whatever the program gave: bytes, not necessarily UTF-8.
using StringRef = std::uint32_t;

struct Header {
    char magic[8];
    std::uint32_t version;
    std::uint32_t header_bytes;   // kHeaderBytes
    std::uint32_t machine;        // kMachineX86_64
    std::uint32_t granule_bytes;  // kGranuleBytes
    Writer writer;
    ProcessState state;
    std::uint64_t file_bytes;          // space handed out so far; segments and leaves lie below it
    std::uint64_t start_realtime_ns;   // CLOCK_REALTIME when tracing began
    std::uint64_t start_monotonic_ns;  // CLOCK_MONOTONIC at the same moment
    std::uint64_t start_boottime_ns;   // CLOCK_BOOTTIME at the same moment: tells a re-used pid from ours
    std::uint32_t pid;                 // in the process's own pid namespace
    std::uint32_t parent_pid;
    std::uint32_t forked;  // 1: this process began as a fork of a traced one; blocks inherited are not in this file
    std::uint32_t last_seen_cs;  // a lower bound of when the file was last written
    StringRef program;           // absolute path that the executable was started by
    StringRef command;           // arguments separated by NUL bytes
    StringRef output;            // absolute path of this file
    StringRef host;              // host name
    StringRef shim_version;      // for example "0.1.0"
    StringRef allocator;         // path of the module whose malloc is called
    std::uint32_t sample_bytes;  // 0: every allocation is recorded
    std::uint32_t ledger;        // 1: kReleases tells where blocks were released
    // What was lost where no thread's own counter could take it (no thread record could be had). Added to
    // ThreadCounters.
    std::uint64_t lost_allocs;
    std::uint64_t lost_alloc_bytes;
    std::uint64_t lost_frees;
    std::uint64_t lost_markers;
    // A copy of another process's file, made as a snapshot; all zero in the file the process itself writes. In a copy,
    // whatever was changing while it was made is left out or innocent, and `state` is the process's at that moment.
    std::uint64_t snapshot_realtime_ns;
    std::uint32_t snapshot_flags;  // SnapshotFlags
    StringRef snapshot_label;
    std::uint64_t refused_allocs;  // allocations that were made to fail, beyond a limit
    // Processes forked from this one, or from those, that could make no trace of their own; errno of the last of them.
    std::uint32_t untraced_forks;
    std::int32_t untraced_error;
    std::uint64_t reserved1[4];
    Table tables[kMaxTables];
};
static_assert(sizeof(Header) <= kHeaderBytes);

// ---------------------------------------------------------------------------------------------------------------------
// Modules: what was mapped where, and when

enum class ModuleState : std::uint32_t { kFree = 0, kLoaded = 1, kUnloaded = 2 };
enum ModuleFlags : std::uint32_t {
    kModuleMain = 1,       // the executable
    kModuleVdso = 2,       // in no file
    kModuleShim = 4,       // libdregs.so itself, or an adapter of its: no frame in it is anybody's
    kModuleUnwatched = 8,  // its unloading cannot be noticed: what stands at its addresses later is not known
};
inline constexpr std::uint32_t kBuildIdBytes = 32;

struct Module {
    ModuleState state;
    std::uint32_t flags;
    std::uint64_t bias;   // run-time address - bias = address in the file's program headers
    std::uint64_t begin;  // [begin, end): addresses it occupies
    std::uint64_t end;
    StringRef path;
    std::uint32_t loaded_cs;
    std::uint32_t unloaded_cs;
    std::uint32_t build_id_bytes;  // 0: it has none
    std::uint8_t build_id[kBuildIdBytes];
    std::uint64_t file_bytes;  // size and time of the file when the module was first seen; 0: could not be read
    std::uint64_t file_mtime_ns;
    std::uint64_t reserved[4];
};
static_assert(sizeof(Module) == 128);

// ---------------------------------------------------------------------------------------------------------------------
// Stacks: a trie from the outermost frame inwards

// A stack is the chain from its innermost node to a root. The first four indices are roots and hold no frame; which of
// them a chain ends in tells whether the stack is whole.
enum StackRoot : std::uint32_t {
    kStackNone = 0,      // no stack at all: not recorded
    kStackWhole = 1,     // ends where the thread began
    kStackCut = 2,       // deeper than the limit: the outermost frames are missing
    kStackNoUnwind = 3,  // the last frame has no unwind information (generated code, hand-written assembly)
};
inline constexpr std::uint32_t kStackRoots = 4;
// Frames of a stack at most; a reader takes a longer chain for damage.
inline constexpr std::uint32_t kMaxFrames = 4096;

struct StackNode {
    std::uint32_t parent;  // index of the caller's node or a root
    std::uint32_t reserved;
    std::uint64_t location;  // 0: not written yet; see make_location
};
static_assert(sizeof(StackNode) == 16);

// Which module instance and where. The pc is a return address (the instruction after the call), except that
// kPcExact says it is the address itself: the frame was interrupted by a signal, or names are all that is known.
inline constexpr std::uint64_t kPcBits = 47;
inline constexpr std::uint64_t kPcMask = (std::uint64_t{1} << kPcBits) - 1;
inline constexpr std::uint64_t kPcExact = std::uint64_t{1} << kPcBits;
inline constexpr unsigned kLocationModuleShift = 48;
inline constexpr std::uint32_t kNoModule = 0;  // index 0 of kModules is never used: pc lies in no known module
inline constexpr std::uint32_t kNamedModule =
    0xFFFF;  // the "pc" is a StringRef: an imported frame, FUNCTION or FUNCTION\tFILE\tLINE\tMODULE (each may be empty)
inline constexpr std::uint32_t kMaxModules = 0xFFFF;

constexpr std::uint64_t make_location(std::uint64_t pc, std::uint32_t module, bool exact) {
    return (pc & kPcMask) | (exact ? kPcExact : 0) | (std::uint64_t{module} << kLocationModuleShift);
}
constexpr std::uint64_t location_pc(std::uint64_t location) { return location & kPcMask; }
constexpr bool location_exact(std::uint64_t location) { return (location & kPcExact) != 0; }
constexpr std::uint32_t location_module(std::uint64_t location) {
    return static_cast<std::uint32_t>(location >> kLocationModuleShift);
}

// ---------------------------------------------------------------------------------------------------------------------
// Live blocks

// A leaf of the block map: the words of [address, address + kLeafSpan) stand at `offset` in the file.
struct Leaf {
    std::uint64_t address;  // a multiple of kLeafSpan
    std::uint64_t offset;   // 0: not written yet
};
static_assert(sizeof(Leaf) == 16);
inline constexpr std::uint32_t kGranuleBytes = 32;
inline constexpr std::uint64_t kLeafSpan = 65536;
inline constexpr std::uint64_t kLeafWords = kLeafSpan / kGranuleBytes;
inline constexpr std::uint64_t kLeafBytes = kLeafWords * 8;
inline constexpr std::uint64_t kAddressLimit = std::uint64_t{1} << 47;

// A word of the block map, by its two lowest bits:
//
//   00  empty
//   01  a block:  | stack 27 | scope 27 | bytes 6 | address bits 3..4 | 01 |     size below 64 bytes
//   11  a block:  | stack 27 | scope 27 | 0     6 | address bits 3..4 | 11 |     size in the next granule's word
//   10  size:     | reserved 15                   | bytes 47          | 10 |     belongs to the word before it
//
// A block of 64 bytes or more covers the next granule, so nothing else can begin there: its size may stand in that
// granule's word. A size word that does not follow an 11 word is stale: skip it. A writer stores the size word first
// and takes only the block's word back when it is freed. Blocks that are not 8-byte aligned, and the second block that
// begins in one granule, are in kSideBlocks.
using Word = std::uint64_t;
enum WordTag : std::uint32_t { kWordEmpty = 0, kWordSmall = 1, kWordSize = 2, kWordLarge = 3 };
inline constexpr std::uint64_t kInlineSizeLimit = 64;
inline constexpr std::uint64_t kMaxBlockBytes = (std::uint64_t{1} << 47) - 1;
inline constexpr std::uint32_t kMaxStacks = (1u << 27) - 1;  // ids of stacks and scopes fit 27 bits
inline constexpr std::uint32_t kMaxScopes = (1u << 27) - 1;

constexpr WordTag word_tag(Word w) { return static_cast<WordTag>(w & 3); }
constexpr bool word_is_block(Word w) { return (w & 1) != 0; }
constexpr std::uint64_t word_low_address(Word w) { return ((w >> 2) & 3) << 3; }
constexpr std::uint64_t word_inline_bytes(Word w) { return (w >> 4) & 63; }
constexpr std::uint32_t word_scope(Word w) { return static_cast<std::uint32_t>(w >> 10) & kMaxScopes; }
constexpr std::uint32_t word_stack(Word w) { return static_cast<std::uint32_t>(w >> 37); }
constexpr std::uint64_t size_word_bytes(Word w) { return (w >> 2) & kMaxBlockBytes; }
constexpr Word make_size_word(std::uint64_t bytes) { return (bytes << 2) | kWordSize; }
constexpr Word make_block_word(std::uint64_t address, std::uint64_t bytes, std::uint32_t stack, std::uint32_t scope) {
    const bool small = bytes < kInlineSizeLimit;
    return (std::uint64_t{stack} << 37) | (std::uint64_t{scope} << 10) | ((small ? bytes : 0) << 4) |
           (((address >> 3) & 3) << 2) | (small ? kWordSmall : kWordLarge);
}

// Blocks the map has no word for: pool blocks (a pool's block may begin where a malloc block begins) and malloc blocks
// whose granule is taken. Open addressing in each segment of kSideBlocks; a reader scans all records. A pool block
// counts only while its `epoch` equals its pool's: free_all raises the pool's and so drops all its blocks with one
// store.
struct SideBlock {
    std::uint64_t key;  // address | flags; 0: never used, kSideTomb: was used
    std::uint32_t stack;
    std::uint32_t scope;
    std::uint64_t bytes;
    std::uint32_t epoch;
    std::uint32_t generation;  // of the scope record, for pool blocks
};
static_assert(sizeof(SideBlock) == 32);
inline constexpr std::uint64_t kSideTomb = std::uint64_t{1} << 61;
inline constexpr std::uint64_t kSideClaimed = std::uint64_t{1} << 62;  // being written: not to be counted
inline constexpr std::uint64_t kSidePool = std::uint64_t{1} << 63;     // a pool's block
inline constexpr std::uint64_t kSideAddressMask = kAddressLimit - 1;

// ---------------------------------------------------------------------------------------------------------------------
// Scopes

// What a block refers to is a scope record: an instance itself, or a share of one. A share stands for the blocks that
// one thread allocated in an instance during one slice of time, where that differs from the instance's own first thread
// and slice; it knows its instance as `parent`. So a block has a scope, a thread and an age without a field of its own.
// A thread's blocks outside any scope belong to an instance of kind 0 ("no scope") that lives as long as the thread.
enum class ScopeState : std::uint32_t {
    kFree = 0,    // never used or recycled
    kOpen = 1,    // blocks in it are innocent
    kClosed = 2,  // blocks in it outlived it: survivors
};
enum ScopeFlags : std::uint32_t {
    kScopeShare = 1u << 2,      // a share; `parent` is its instance
    kScopePool = 1u << 3,       // a pool
    kScopeUnbound = 1u << 4,    // opened with dregs_scope_open: not bound to a thread
    kScopeAbandoned = 1u << 5,  // closed because its thread ended
    kScopeLabelCut = 1u << 6,   // the label was longer than fits
    kScopeEnding = 1u << 7,     // the writer's own: one thread is closing it, others come too late
    kScopeEntered = 1u << 8,    // a pool that a thread is in: it ends with the leave
    kScopeHeld = 1u << 9,       // a pool of malloc's blocks that ends when the last of them is freed
};
inline constexpr std::uint32_t kScopeStateMask = 3;
inline constexpr std::uint32_t kLabelBytes = 56;

struct Scope {
    // generation << 32 | flags | state. The generation rises each time the record is used again, so (index, generation)
    // names an instance for ever; a reference with an old generation means: closed with nothing left.
    std::uint64_t status;
    std::uint32_t kind;     // index in kKinds
    std::uint32_t tid;      // thread that entered it, or that the share is of
    StringRef thread_name;  // as known at the time
    std::uint32_t parent;   // scope record; 0: none. Never a share
    std::uint32_t parent_generation;
    std::uint32_t begin_cs;
    std::uint32_t end_cs;     // when it closed (of a share: when its slice ended); 0: not yet
    std::uint32_t next_free;  // the writer's own: chain of free records
    std::uint32_t epoch;      // pools: see SideBlock
    std::uint32_t stack;      // where it was opened (pools and dregs_scope_open); kStackNone: not recorded
    std::uint64_t anchor;     // kScopeHeld: the writer's own, its first block
    // Blocks and shares in it = live - released. The two lie in different cache lines of 64 bytes: the one thread whose
    // current record this is counts `live` at each allocation, everyone else `released`.
    std::int64_t released;
    std::int64_t live;
    char label[kLabelBytes];  // NUL-terminated unless it fills the field
};
static_assert(sizeof(Scope) == 128);
constexpr ScopeState scope_state(std::uint64_t status) { return static_cast<ScopeState>(status & kScopeStateMask); }
constexpr std::uint32_t scope_flags(std::uint64_t status) {
    return static_cast<std::uint32_t>(status) & ~kScopeStateMask;
}
constexpr std::uint32_t scope_generation(std::uint64_t status) { return static_cast<std::uint32_t>(status >> 32); }

// The record of blocks without a thread or scope of their own, first of all: link maps, whose free is how an unloading
// is noticed, and blocks that came when no record was to be had. A sampled trace has every link map, so there each
// block of it stands for itself alone.
inline constexpr std::uint32_t kUnattributedScope = 1;

struct Kind {
    StringRef name;  // kind 0 has none
    // Kind its first instance was nested in, 0: in none. Clean instances leave no record, so this alone tells the tree.
    std::uint32_t parent;
};
static_assert(sizeof(Kind) == 8);

// Counters have one writer at a time; a kind's totals are the sum of all records of that kind.
struct KindCounters {
    std::uint32_t kind;
    std::uint32_t thread;         // index in kThreads
    std::uint64_t entered;        // instances begun: enter, open, pool_create
    std::uint64_t left;           // instances ended: leave, close, pool_destroy
    std::uint64_t clean;          // of those, ended with nothing live
    std::uint64_t missed_leaves;  // of `left`: ended by an outer scope's leave, their own was missing
    std::uint64_t abandoned;      // of `left`: ended because their thread did
    std::uint64_t pool_allocs;    // blocks that pools of this kind handed out, those left out of a sample too
    std::uint64_t pool_resizes;   // times that a block of theirs changed its size, where an adapter tells
};
static_assert(sizeof(KindCounters) == 64);

// A thread's own counters; the record is used again by a later thread, which counts on. Totals are sums over all
// records.
struct ThreadCounters {
    std::uint32_t tid;  // the present or last user
    StringRef name;
    std::uint64_t alloc_calls;  // malloc family calls that returned a block and were recorded
    std::uint64_t alloc_bytes;
    std::uint64_t free_calls;         // blocks given back that were in the table (realloc: one free, one alloc)
    std::uint64_t unknown_frees;      // blocks given back that were not in the table
    std::uint64_t inherited_frees;    // the same in a forked process, where most such blocks are the parent's
    std::uint64_t unrecorded_allocs;  // blocks that could not be recorded
    std::uint64_t unrecorded_bytes;
    std::uint64_t cut_stacks;       // recorded with a stack that is not whole: kStackCut, kStackNoUnwind, kStackNone
    std::uint64_t replaced_blocks;  // a new block where one was thought live: its free was not seen
    std::uint64_t pool_allocs;
    std::uint64_t pool_frees;
    std::uint64_t bad_leaves;           // leave or close of a scope that is not open, or not this thread's
    std::uint64_t bad_markers;          // other marker calls with a stale or foreign handle
    std::uint64_t lost_markers;         // scopes that could not be recorded: no space
    std::uint64_t unrecorded_releases;  // what kReleases should hold, but does not: no space
};
static_assert(sizeof(ThreadCounters) == 128);

// What became of the blocks of one allocation stack, as often as the same became of them: one record for each pair of
// stacks and kind, or several, each counted by one thread. A reader adds them up, and leaves out those whose key is 0.
// Allocations are not counted again: of a stack, they are what was released and what is live.
enum class ReleaseKind : std::uint32_t {
    kNone = 0,
    kFreed = 1,        // given back: the second stack is that of free
    kMoved = 2,        // replaced by realloc, there; the first block of realloc(p, 0) is kFreed
    kUnseen = 3,       // another block came where it was: its free was not seen. No second stack
    kUnknown = 4,      // no allocation stack: frees of blocks that were not in the table
    kPoolFreed = 5,    // of a pool: given back alone
    kPoolAlloc = 6,    // of a pool: allocated; the second stack is where the pool was made. What is neither
                       // live nor kPoolFreed was released together with its pool
    kPoolEmptied = 7,  // the first stack is where a pool was made, the second that of its free_all or destroy
};
struct Release {
    std::uint64_t key;  // first stack 27 | second stack 27 | reserved 6 | ReleaseKind 4
    std::uint64_t blocks;
    std::uint64_t bytes;
    std::uint32_t last_cs;     // when the last one was, to a slice of time
    std::uint32_t longest_cs;  // how long the longest of these blocks had lived, to two slices of time
};
static_assert(sizeof(Release) == 32);
constexpr std::uint64_t make_release_key(std::uint32_t from, std::uint32_t to, ReleaseKind kind) {
    return std::uint64_t{from} << 37 | std::uint64_t{to} << 10 | static_cast<std::uint64_t>(kind);
}
constexpr std::uint32_t release_from(std::uint64_t key) { return static_cast<std::uint32_t>(key >> 37); }
constexpr std::uint32_t release_to(std::uint64_t key) { return static_cast<std::uint32_t>(key >> 10) & kMaxStacks; }
constexpr ReleaseKind release_kind(std::uint64_t key) { return static_cast<ReleaseKind>(key & 15); }

// Where instances of a kind begin or end: looked at when a thread begins, or ends, its first, second, fourth, eighth
// ... of the kind. Where those that are open were opened tells Scope.stack, too. Not looked at: the end of a pool with
// kScopeHeld.
enum class ScopeEdgeKind : std::uint32_t { kBegin = 0, kEnd = 1 };
struct ScopeEdge {
    std::uint32_t kind;
    std::uint32_t stack;  // that of the function which began or ended it
    ScopeEdgeKind edge;
    std::uint32_t reserved;
    std::uint64_t looks;  // how often it was seen there; 0: the record is not filled yet
};
static_assert(sizeof(ScopeEdge) == 24);

// Something a reader must be told: why recording was limited. `count` times since.
enum class NoteCode : std::uint32_t {
    kNone = 0,
    kGrowthFailed = 1,  // the file could not grow: `error` says why
    kTableFull = 2,     // `detail` names the table
    kModulesFull = 3,
    kForeignMalloc = 4,   // the program brings its own malloc: `detail` is its module
    kSnapshotFailed = 6,  // dregs_snapshot(): `error`, `detail` the label
    kLimitPassed = 8,     // live bytes; `detail` is the kind of scope, none: of all
    kLimitIgnored = 9,    // limits were asked for, but the trace is a sample
    kOwnScope = 7,        // `detail` was asked for with RTLD_DEEPBIND or in a namespace: it may call another malloc
};
struct Note {
    NoteCode code;
    std::int32_t error;  // errno, 0: none
    StringRef detail;
    std::uint32_t first_cs;
    std::uint64_t count;
};
static_assert(sizeof(Note) == 24);

}  // namespace dregs::format
