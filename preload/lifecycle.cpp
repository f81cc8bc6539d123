#include "preload/lifecycle.h"

#include <link.h>

#include "preload/limiter.h"
#include "preload/recorder.h"
#include "preload/state.h"
#include "preload/system/defined_symbol.h"
#include "preload/system/kept_filters.h"
#include "preload/system/options.h"
#include "preload/system/program_name.h"
#include "preload/system/real.h"
#include "preload/system/sandbox.h"
#include "preload/system/text.h"
#include "version.h"

// Present when the program was built with a sanitizer: its own interceptors and ours must not meet.
extern "C" {
void __asan_init() __attribute__((weak));
void __tsan_init() __attribute__((weak));
void __msan_init() __attribute__((weak));
}

namespace dregs {

constinit StateStorage g_state_storage;
__thread ThreadState* t_thread __attribute__((tls_model("initial-exec")));

namespace {

// Not wiped by a fork: what the first start of the process image found out.
Options g_options;
bool g_options_read;
bool g_started_before;
ProgramName g_program;
// In the trace of the nearest ancestor that has one, itself included: a fork inherits the mapping.
format::Header* g_nearest_header;

// Whether chunks of this allocator begin at least 32 bytes apart: true of glibc's.
bool is_glibc(const char* path) { return text_equal(base_name(path), "libc.so.6"); }

// The path of the allocator behind us. Asked once: a forked child must not wait for the loader's lock.
const char* allocator_path() {
    static const char* path = nullptr;
    LoadedObject object{};
    if (!path && find_object(reinterpret_cast<std::uintptr_t>(g_real.malloc), &object) && object.link_map) {
        path = object.link_map->l_name;
    }
    return path ? path : "";
}

void describe_process(format::Header& header, const char* program) {
    StringTable& strings = g_state.strings;
    header.start_realtime_ns = sys::realtime_ns();
    header.start_monotonic_ns = sys::monotonic_ns();
    header.start_boottime_ns = sys::boottime_ns();
    header.pid = g_state.process;
    header.parent_pid = g_state.parent_process;
    header.forked = g_state.forked;
    header.program = strings.add(program);
    header.output = strings.add(g_state.file.path());
    header.shim_version = strings.add(kVersionText);
    header.allocator = strings.add(allocator_path());
    char(&text)[kPathBytes] = g_state.scratch;
    sys::host_name(text, sizeof text);
    header.host = strings.add(text);
    header.sample_bytes = g_state.sample_bytes;
    header.ledger = g_state.ledger;
    const int command = sys::with_own_descriptors(
        g_state.file.helper_stack(), [&] { return sys::read_file("/proc/self/cmdline", text, sizeof text); });
    if (command > 0) header.command = strings.add(text, static_cast<std::size_t>(command));
}

// Last, so that whoever finds the magic finds the rest.
void seal_header(format::Header& header) {
    header.version = format::kVersion;
    header.header_bytes = format::kHeaderBytes;
    header.machine = format::kMachineX86_64;
    header.granule_bytes = format::kGranuleBytes;
    header.writer = format::Writer::kShim;
    header.state = format::ProcessState::kRunning;
    asm volatile("" ::: "memory");
    for (unsigned i = 0; i < sizeof header.magic; ++i) header.magic[i] = format::kMagic[i];
}

void attach_tables() {
    State& s = g_state;
    s.strings.attach(s.file, s.lock);
    s.notes.attach(s.file, s.lock, s.strings);
    s.stacks.attach(s.file, s.lock);
    s.scopes.attach(s.file, s.lock, s.forked ? s.process << 10 : 0);
    s.side.attach(s.file, s.lock, s.scopes);
    s.blocks.attach(s.file, s.lock, s.side, is_glibc(allocator_path()));
    s.kinds.attach(s.file, s.lock, s.strings);
    s.scope_edges.attach(s.file, s.lock);
    s.thread_scopes.attach_tables(s.scopes, s.kinds, s.lock, s.clock);
    s.releases.attach(s.file, s.lock, s.scopes, s.ledger != 0);
    s.pools.attach(s.side, s.thread_scopes, s.releases, s.sample_bytes != 0);
    s.threads.attach(s.file, s.lock, s.strings, s.thread_scopes, s.max_frames);
    s.modules.attach(s.file, s.lock, s.strings, s.blocks, s.scopes, s.clock);
    if (s.sample_bytes != 0) s.modules.watch_all(s.sampled);
    s.unwinder.identify_with(
        [](void* modules, const LoadedObject& object) { return static_cast<Modules*>(modules)->identify(object); },
        &s.modules);
    s.file.keep_notes_in([](void*, format::NoteCode code, int error,
                            const char* detail) { g_state.notes.add(code, error, detail, g_state.clock.now_cs()); },
                         nullptr);
}

// A child that has become another user, lives in another root, has no descriptor left: nobody but an ancestor's trace
// can tell of it.
void count_in_ancestor(int error) {
    if (!g_nearest_header) return;
    store_relaxed(g_nearest_header->untraced_error, -error);
    fetch_add(g_nearest_header->untraced_forks, 1u);
}

// DREGS_ONLY: shells and wrappers preload the shim, too, and would leave a trace each.
bool open_file() {
    g_program.find();
    if (g_options.only[0] && !g_program.is_in(g_options.only)) return false;
    const int error = g_state.file.create(g_options, g_program.path());
    if (error != 0) return count_in_ancestor(error), false;
    attach_tables();
    describe_process(g_state.file.header(), g_program.path());
    return true;
}

// A sample does not know how much is live.
void watch_limits() {
    State& s = g_state;
    if (s.sample_bytes == 0) s.limits.read(g_options.limit, s.kinds);
    s.special_allocs = s.rare_frees = s.sample_bytes != 0 || s.limits.any();
    s.watches_failures = s.limits.any() || g_options.snapshot_failed != 0;
    if (s.sample_bytes != 0 && g_options.limit[0]) {
        s.notes.add(format::NoteCode::kLimitIgnored, 0, nullptr, s.clock.now_cs());
    }
    if (s.limits.any()) s.modules.count_in(s.limits);
    if (s.limits.any() && text_equal(g_options.limit_action, "fail")) guard_allocator();
}

// As soon as may be: a child of vfork may be the first that allocates, and is not whose memory this is.
void adopt_memory() {
    if (g_state.process != 0) return;
    g_state.process = sys::process_id();
    g_state.parent_process = sys::parent_process_id();
    sys::adopt_process(g_state.process);
    sandbox::settle_guests();
}

bool start() {
    if (has_sanitizer() || !sys::wipe_on_fork(&g_state, sizeof g_state)) return false;
    if (!g_options_read) read_options(g_options);
    g_options_read = true;
    adopt_memory();
    g_state.forked = g_started_before;
    g_started_before = true;
    g_state.clock.start();
    g_state.max_frames = static_cast<std::uint32_t>(g_options.max_frames);
    g_state.sample_bytes = static_cast<std::uint32_t>(g_options.sample);
    g_state.ledger = static_cast<std::uint32_t>(g_options.ledger);
    g_state.plain_frees = (g_state.sample_bytes | g_state.ledger) == 0;
    SlowSection section(g_state.lock);
    if (!section.held() || !open_file()) return false;
    watch_limits();
    seal_header(g_state.file.header());
    g_nearest_header = &g_state.file.header();
    return true;
}

void add_note(format::NoteCode code, const char* detail) {
    if (load_acquire(g_state.phase) != Phase::kRecording && !start_recording()) return;
    SlowSection section(g_state.lock);
    if (section.held()) g_state.notes.add(code, 0, detail, g_state.clock.now_cs());
}

// Not needed for the trace to be whole: tells a regular end, and closes what ended threads left open.
__attribute__((destructor)) void on_unload() {
    if (load_acquire(g_state.phase) != Phase::kRecording || is_guest()) return;
    const KeepErrno keep_errno;
    SlowSection section(g_state.lock);
    if (!section.held()) return;
    g_state.threads.sweep();
    say_waits_in_vain();
    format::Header& header = g_state.file.header();
    header.last_seen_cs = g_state.clock.now_cs();
    store_release(header.state, format::ProcessState::kExited);
}

}  // namespace

bool has_sanitizer() { return __asan_init || __tsan_init || __msan_init; }

// The first malloc of the program and what is loaded with it is everybody's. Before ours: no hook of ours is ever
// called for it.
void note_foreign_malloc() {
    LoadedObject own{};
    if (!find_object(reinterpret_cast<std::uintptr_t>(&note_foreign_malloc), &own) || !own.link_map) return;
    const link_map* object = own.link_map;
    while (object->l_prev) object = object->l_prev;
    for (; object && object != own.link_map; object = object->l_next) {
        if (!defines_function(*object, "malloc")) continue;
        // The program itself has no name there.
        add_note(format::NoteCode::kForeignMalloc, object->l_name[0] ? object->l_name : nullptr);
        return;
    }
}

DREGS_COLD void note_own_scope(const char* library) {
    const KeepErrno keep_errno;
    if (library && !has_sanitizer()) add_note(format::NoteCode::kOwnScope, library);
}

DREGS_COLD void prepare_for_sandbox(const sandbox::Filter& filter) {
    constexpr std::size_t kSpare = 16 << 20;  // indices of the block map for some hundred GiB, of a million stacks
    const bool may_populate = sys::may_populate(filter);
    if (!this_thread() || (may_populate && sys::may_grow_files(filter))) return;
    SlowSection section(g_state.lock);
    if (!section.held()) return;
    sys::keep_spare(kSpare);
    g_state.file.take_last_chunk(!may_populate);
}

DREGS_COLD void prepare_for_loss_of_path() {
    if (!this_thread()) return;
    SlowSection section(g_state.lock);
    if (section.held()) g_state.file.take_last_chunk(false);
}

void claim_memory() {
    if (sys::wipe_on_fork(&g_state, sizeof g_state)) adopt_memory();
}

void begin_forked_child() {
    if (!has_sanitizer()) adopt_memory();
}

bool is_guest() {
    const std::uint32_t process = sys::process_id();
    return g_state.process != 0 && process <= sys::kLargestId && process != g_state.process;
}

DREGS_COLD bool start_recording() {
    if (!real_ready()) return false;
    Phase phase = Phase::kNotStarted;
    if (!compare_exchange(g_state.phase, phase, Phase::kStarting)) return phase == Phase::kRecording;
    const bool started = start();
    exchange(g_state.phase, started ? Phase::kRecording : Phase::kInert);
    if (started) adopt_early_loss();
    return started;
}

}  // namespace dregs
