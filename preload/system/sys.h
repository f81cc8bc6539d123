// The only calls into the operating system that the shim makes.
//
// Shared preconditions: none of these allocates, locks, throws, or touches errno; none is a cancellation point; all are
// async-signal-safe. Calls that can fail return a negative errno (as the kernel does) unless they say otherwise. A call
// that a seccomp filter of the program's would not let pass is not made (sandbox.h): it fails with EPERM.
#pragma once

#include <cstddef>
#include <cstdint>

struct robust_list_head;

namespace dregs::sandbox {
struct Filter;
}

namespace dregs::sys {

// Zeroed private memory that reads as zero again in a forked child. Null when there is none. Never given back.
void* map_private(std::size_t bytes);
// Keeps so many bytes for map_private(), for when a filter will let it map no more. Callers hold the slow lock.
void keep_spare(std::size_t bytes);
// The same, but a forked child keeps its contents.
void* map_kept(std::size_t bytes);
// Makes existing whole pages read as zero in a forked child. False: the kernel cannot (before 4.14).
bool wipe_on_fork(void* pages, std::size_t bytes);

// What may be done to the pages that these bytes lie in: read, or written, too. False: that cannot be changed.
bool protect(const void* bytes, std::size_t count, bool writable);

// Whatever opens a descriptor is called by with_own_descriptors() (own_descriptors.h) alone.

// Creates a file that must not exist, for this user only whatever the umask, following no symbolic link at the end of
// the path. Its pages, once populated, take no more room on the disk.
int create_file(const char* path);
int remove_file(const char* path);
// Opens the file again for writing, without waiting for whatever stands there now. The caller checks with file_identity
// that it is still the one.
int reopen_file(const char* path);
int close_file(int descriptor);
// Gives the file a size; nothing is allocated.
int set_file_size(int descriptor, std::uint64_t bytes);
// All of it, at a place of the file; 0 or an error. SIGXFSZ is the caller's to rule out.
int write_at(int descriptor, const void* from, std::size_t bytes, std::uint64_t offset);
// All of it, or an error; a file that ends before is one.
int read_at(int descriptor, void* to, std::size_t bytes, std::uint64_t offset);
// Allocates space on the disk, for kernels that cannot populate a mapping.
int allocate_file(int descriptor, std::uint64_t offset, std::uint64_t bytes);
// Null when it cannot be mapped. Not part of core dumps.
void* map_file(int descriptor, std::uint64_t offset, std::size_t bytes);
void unmap(void* address, std::size_t bytes);
// Whether a filter that is not active yet would let a file grow: open it again, give it a size, map it.
bool may_grow_files(const sandbox::Filter& filter);
// Whether it would let pages be populated.
bool may_populate(const sandbox::Filter& filter);
// Makes pages of a mapping present and writable, so that a full disk is an error here and no SIGBUS later.
int populate(void* pages, std::size_t bytes);
// Makes them present for reading: what was cut off the file is an error here, and no SIGBUS.
int populate_for_reading(const void* pages, std::size_t bytes);

// Whether the aligned word at `address` can be read. Touches nothing. Unknown where the program's filters forbid to
// ask.
enum class Readable : std::uint8_t { kNo, kYes, kUnknown };
Readable readable(std::uintptr_t address);
inline bool can_read(std::uintptr_t address) { return readable(address) == Readable::kYes; }

// Whether all pages of a range can be read. True also where that may not be asked.
bool is_readable(const void* at, std::size_t bytes);

inline constexpr std::uint32_t kLargestId = (std::uint32_t{1} << 22) - 1;  // of a process or thread

struct FileIdentity {
    std::uint64_t device;
    std::uint64_t inode;
};
struct FileTimes {
    std::uint64_t bytes;
    std::uint64_t mtime_ns;
};
int file_identity(int descriptor, FileIdentity& out);
int file_times(const char* path, FileTimes& out);
// Whether both paths lead to one file, links followed.
bool is_same_file(const char* a, const char* b);
// Size that the process may give a file (RLIMIT_FSIZE); going beyond would raise SIGXFSZ.
std::uint64_t file_size_limit();

// Length without a terminating NUL, which is not written.
int read_link(const char* path, char* out, std::size_t bytes);
// Length, NUL-terminated.
int working_directory(char* out, std::size_t bytes);
// The path of the program's file, NUL-terminated: where there is no /proc (a bare chroot), or the loader was called by
// name, the name that the program was started by, made absolute. Empty: not known.
void program_path(char* out, std::size_t bytes);
// `name` below the working directory, unless it begins with a slash. NUL-terminated.
void absolute_path(const char* name, char* out, std::size_t bytes);
int read_file(const char* path, char* out, std::size_t bytes);
// Host name, NUL-terminated.
void host_name(char* out, std::size_t bytes);

// Beyond kLargestId where it may not be asked for.
std::uint32_t process_id();
std::uint32_t parent_process_id();
// Where it may not be asked for, a number that no thread has as its id and no other thread is given.
std::uint32_t thread_id();
// The process whose threads are meant from now on.
void adopt_process(std::uint32_t process);
std::uint32_t adopted_process();
// False in a child of vfork or of clone with CLONE_VM, which runs in its parent's memory: the parent's threads cannot
// be asked for there. False also where a process may not ask which it is.
bool is_adopted_process();
// Whether a thread of the adopted process has that id. True where that cannot be known.
bool thread_exists(std::uint32_t thread);
// Whether any process or thread has that id, or none may be asked for.
bool task_exists(std::uint32_t task);
// At most 15 bytes and a NUL.
void thread_name(char out[16]);
// The calling thread's list of robust futexes, whose words the kernel marks when it ends. Null: it has none.
int robust_list(robust_list_head*& out);
int set_robust_list(robust_list_head* head);
void yield();
// Sleeps for a tenth of a millisecond: lets threads of lower priority run, too.
void nap();
// Of this thread, at this moment. One that disarms itself (SS_AUTODISARM) is none while a handler runs on it.
enum class SignalStackState : std::uint8_t { kUnknown, kNone, kIdle, kInUse };
SignalStackState signal_stack_state();
inline bool on_signal_stack() { return signal_stack_state() == SignalStackState::kInUse; }

// Keeps signals from this thread, but for those that its own faults raise; not where that may not be done. Returns the
// mask to restore.
std::uint64_t block_signals();
void restore_signals(std::uint64_t mask);

// The program's own call, made for it whatever filters say. Returns what the kernel does.
long call_for_program(long number, long a, long b, long c, long d, long e, long f);

// The vdso's clocks: no system call.
std::uint64_t monotonic_ns();
std::uint64_t monotonic_coarse_ns();
std::uint64_t realtime_ns();
std::uint64_t boottime_ns();

}  // namespace dregs::sys
