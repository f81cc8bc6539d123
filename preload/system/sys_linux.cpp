// Linux on x86-64: system calls made directly, so that errno and cancellation are not involved.
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/futex.h>
#include <linux/magic.h>
#include <linux/stat.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "preload/system/atomics.h"
#include "preload/system/kernel_clock.h"
#include "preload/system/own_descriptors.h"
#include "preload/system/sys.h"
#include "preload/system/system_call.h"
#include "preload/system/text.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

namespace dregs::sys {
namespace {

std::uint32_t g_process;  // the adopted one; 0: none yet
constexpr long kPageBytes = 4096;
constexpr int kPrivate = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
constexpr long kReopenFlags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
constexpr long kMaskBytes = 8;  // of a signal mask, as the kernel knows it

void* map(std::size_t bytes, int flags, int descriptor, std::uint64_t offset) {
    const long result = call(SYS_mmap, 0, static_cast<long>(bytes), PROT_READ | PROT_WRITE, flags, descriptor,
                             static_cast<long>(offset));
    return failed(result) ? nullptr : reinterpret_cast<void*>(result);
}

// btrfs writes each changed page to a new place: a page that was populated would need room again after each writeback,
// and a full disk would be a SIGBUS. Files that are not copied on write keep their place. Only an empty file can be
// told.
void keep_in_place(int descriptor) {
    struct statfs system {};
    if (call(SYS_fstatfs, descriptor, address(&system)) < 0 || system.f_type != BTRFS_SUPER_MAGIC) return;
    int flags = 0;
    if (call(SYS_ioctl, descriptor, FS_IOC_GETFLAGS, address(&flags)) < 0) return;
    flags |= FS_NOCOW_FL;
    call(SYS_ioctl, descriptor, FS_IOC_SETFLAGS, address(&flags));
}

std::uint64_t clock_ns(clockid_t clock) {
    timespec now{};
    const ClockFunction ask = kernel_clock();
    if (!ask || ask(clock, &now) != 0) call(SYS_clock_gettime, clock, address(&now));
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(now.tv_nsec);
}

// What map_private() gives out where a filter no longer lets it map: addresses, no memory until it is used.
std::uintptr_t g_spare;
std::uintptr_t g_spare_end;

void* map_wiped(std::size_t bytes) {
    void* pages = map(bytes, kPrivate, -1, 0);
    if (!pages || wipe_on_fork(pages, bytes)) return pages;
    unmap(pages, bytes);
    return nullptr;
}

void* take_spare(std::size_t bytes) {
    std::uintptr_t begin = load_acquire(g_spare);
    std::uintptr_t end;
    do {
        end = (begin + bytes + kPageBytes - 1) & ~std::uintptr_t{kPageBytes - 1};
        if (begin == 0 || end > g_spare_end) return nullptr;
    } while (!compare_exchange(g_spare, begin, end));
    return reinterpret_cast<void*>(begin);
}

}  // namespace

void* map_private(std::size_t bytes) {
    void* pages = map_wiped(bytes);
    return pages ? pages : take_spare(bytes);
}

void keep_spare(std::size_t bytes) {
    if (load_relaxed(g_spare) != 0) return;
    const auto begin = reinterpret_cast<std::uintptr_t>(map_wiped(bytes));
    g_spare_end = begin + bytes;
    store_release(g_spare, begin);
}

void* map_kept(std::size_t bytes) { return map(bytes, kPrivate, -1, 0); }

bool wipe_on_fork(void* pages, std::size_t bytes) {
    return call(SYS_madvise, address(pages), static_cast<long>(bytes), MADV_WIPEONFORK) == 0;
}

bool protect(const void* bytes, std::size_t count, bool writable) {
    constexpr std::uintptr_t kPage = 4096;
    const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(bytes) & ~(kPage - 1);
    const std::uintptr_t end = (reinterpret_cast<std::uintptr_t>(bytes) + count + kPage - 1) & ~(kPage - 1);
    const long access = writable ? PROT_READ | PROT_WRITE : PROT_READ;
    return call(SYS_mprotect, static_cast<long>(begin), static_cast<long>(end - begin), access) == 0;
}

int create_file(const char* path) {
    constexpr int kFlags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    const int descriptor = static_cast<int>(call(SYS_openat, AT_FDCWD, address(path), kFlags, 0600));
    if (descriptor < 0) return descriptor;
    call(SYS_fchmod, descriptor, 0600);  // a umask may have taken away what is needed to open it again
    keep_in_place(descriptor);
    return descriptor;
}

int reopen_file(const char* path) {
    return static_cast<int>(call(SYS_openat, AT_FDCWD, address(path), kReopenFlags, 0));
}

int remove_file(const char* path) { return static_cast<int>(call(SYS_unlink, address(path))); }

int close_file(int descriptor) { return static_cast<int>(call(SYS_close, descriptor)); }

int set_file_size(int descriptor, std::uint64_t bytes) {
    return static_cast<int>(call(SYS_ftruncate, descriptor, static_cast<long>(bytes)));
}

int write_at(int descriptor, const void* from, std::size_t bytes, std::uint64_t offset) {
    for (std::size_t done = 0; done < bytes;) {
        const long put = call(SYS_pwrite64, descriptor, address(static_cast<const char*>(from) + done),
                              static_cast<long>(bytes - done), static_cast<long>(offset + done));
        if (put == -EINTR) continue;
        if (put <= 0) return put < 0 ? static_cast<int>(put) : -EIO;
        done += static_cast<std::size_t>(put);
    }
    return 0;
}

int read_at(int descriptor, void* to, std::size_t bytes, std::uint64_t offset) {
    for (std::size_t done = 0; done < bytes;) {
        const long got = call(SYS_pread64, descriptor, address(static_cast<char*>(to) + done),
                              static_cast<long>(bytes - done), static_cast<long>(offset + done));
        if (got == -EINTR) continue;
        if (got <= 0) return got < 0 ? static_cast<int>(got) : -EIO;
        done += static_cast<std::size_t>(got);
    }
    return 0;
}

// A tracer that stops the thread interrupts the call on some filesystems, though signals are blocked.
int allocate_file(int descriptor, std::uint64_t offset, std::uint64_t bytes) {
    long result = -EINTR;
    for (int tries = 0; tries < 100 && result == -EINTR; ++tries)
        result = call(SYS_fallocate, descriptor, 0, static_cast<long>(offset), static_cast<long>(bytes));
    return static_cast<int>(result);
}

void* map_file(int descriptor, std::uint64_t offset, std::size_t bytes) {
    void* pages = map(bytes, MAP_SHARED, descriptor, offset);
    // Were the file unlinked meanwhile, the kernel would take it for memory of the program and dump it.
    if (pages) call(SYS_madvise, address(pages), static_cast<long>(bytes), MADV_DONTDUMP);
    return pages;
}

void unmap(void* pages, std::size_t bytes) { call(SYS_munmap, address(pages), static_cast<long>(bytes)); }

bool may_grow_files(const sandbox::Filter& filter) {
    if (!may_have_own_descriptors(filter)) return false;
    const sandbox::SystemCall calls[] = {
        describe(SYS_openat, AT_FDCWD, 0, kReopenFlags),
        describe(SYS_fstat, 3),
        describe(SYS_prlimit64, 0, RLIMIT_FSIZE),
        describe(SYS_ftruncate, 3, kPageBytes),
        describe(SYS_mmap, 0, kPageBytes, PROT_READ | PROT_WRITE, MAP_SHARED, 3),
        describe(SYS_close, 3),
    };
    for (const sandbox::SystemCall& each : calls) {
        if (!sandbox::passes(filter, each)) return false;
    }
    return true;
}

bool may_populate(const sandbox::Filter& filter) {
    return sandbox::passes(filter, describe(SYS_madvise, 0, kPageBytes, MADV_POPULATE_WRITE));
}

int populate(void* pages, std::size_t bytes) {
    return static_cast<int>(call(SYS_madvise, address(pages), static_cast<long>(bytes), MADV_POPULATE_WRITE));
}

int populate_for_reading(const void* pages, std::size_t bytes) {
    return static_cast<int>(call(SYS_madvise, address(pages), static_cast<long>(bytes), MADV_POPULATE_READ));
}

// rt_sigprocmask copies the new mask in before it looks at `how`: with a `how` that does not exist it changes nothing
// and fails with EINVAL where the word can be read, EFAULT where not. It needs no descriptor and most sandboxes allow
// it; else a futex is waited for that has another value, or for no time at all.
Readable readable(std::uintptr_t word) {
    constexpr long kNoSuchHow = ~0L;
    long result = call(SYS_rt_sigprocmask, kNoSuchHow, static_cast<long>(word), 0, kMaskBytes);
    if (result == -EPERM) {
        const timespec no_time{};
        result = call(SYS_futex, static_cast<long>(word), FUTEX_WAIT_PRIVATE, 0, address(&no_time));
    }
    if (result == -EPERM || result == -ENOSYS) return Readable::kUnknown;
    return result == -EFAULT ? Readable::kNo : Readable::kYes;
}

bool is_readable(const void* at, std::size_t bytes) {
    const auto begin = reinterpret_cast<std::uintptr_t>(at);
    if (!at) return false;
    for (std::uintptr_t word = begin & ~std::uintptr_t{7}; word < begin + bytes; word = (word | (kPageBytes - 1)) + 1) {
        if (readable(word) == Readable::kNo) return false;
    }
    return true;
}

int file_identity(int descriptor, FileIdentity& out) {
    struct stat status {};
    const long result = call(SYS_fstat, descriptor, address(&status));
    out = {status.st_dev, status.st_ino};
    return static_cast<int>(result);
}

int file_times(const char* path, FileTimes& out) {
    struct stat status {};
    const long result = call(SYS_newfstatat, AT_FDCWD, address(path), address(&status), 0);
    out = {static_cast<std::uint64_t>(status.st_size),
           static_cast<std::uint64_t>(status.st_mtim.tv_sec) * 1'000'000'000u +
               static_cast<std::uint64_t>(status.st_mtim.tv_nsec)};
    return static_cast<int>(result);
}

bool is_same_file(const char* a, const char* b) {
    struct stat of_a {};
    struct stat of_b {};
    return call(SYS_newfstatat, AT_FDCWD, address(a), address(&of_a), 0) == 0 &&
           call(SYS_newfstatat, AT_FDCWD, address(b), address(&of_b), 0) == 0 && of_a.st_dev == of_b.st_dev &&
           of_a.st_ino == of_b.st_ino;
}

std::uint64_t file_size_limit() {
    struct rlimit limit {};
    if (call(SYS_prlimit64, 0, RLIMIT_FSIZE, 0, address(&limit)) < 0) return ~std::uint64_t{0};
    return limit.rlim_cur;
}

int read_link(const char* path, char* out, std::size_t bytes) {
    return static_cast<int>(call(SYS_readlink, address(path), address(out), static_cast<long>(bytes)));
}

void program_path(char* out, std::size_t bytes) {
    // "ld.so ./server": what the kernel started is the loader, which then has the program's name put where its own was.
    const bool by_loader = getauxval(AT_BASE) == 0;
    const int length = by_loader ? 0 : read_link("/proc/self/exe", out, bytes - 1);
    out[length > 0 ? length : 0] = 0;
    if (length > 0) return;
    const auto* name = reinterpret_cast<const char*>(getauxval(AT_EXECFN));
    if (name) absolute_path(name, out, bytes);
}

void absolute_path(const char* name, char* out, std::size_t bytes) {
    const int folder = *name == '/' ? 0 : working_directory(out, bytes);
    const std::size_t begin = folder > 0 ? static_cast<std::size_t>(folder) : 0;
    Text path(out + begin, bytes - begin);
    if (begin != 0) path.add('/');
    while (begin != 0 && name[0] == '.' && name[1] == '/') name += 2;
    path.add(name);
}

int working_directory(char* out, std::size_t bytes) {
    const long result = call(SYS_getcwd, address(out), static_cast<long>(bytes));
    return static_cast<int>(result > 0 ? result - 1 : result);
}

int read_file(const char* path, char* out, std::size_t bytes) {
    const int descriptor = static_cast<int>(call(SYS_openat, AT_FDCWD, address(path), O_RDONLY | O_CLOEXEC, 0));
    if (descriptor < 0) return descriptor;
    const long result = call(SYS_read, descriptor, address(out), static_cast<long>(bytes));
    close_file(descriptor);
    return static_cast<int>(result);
}

void host_name(char* out, std::size_t bytes) {
    struct utsname name {};
    call(SYS_uname, address(&name));
    std::size_t i = 0;
    for (; i + 1 < bytes && name.nodename[i]; ++i) out[i] = name.nodename[i];
    out[i] = 0;
}

std::uint32_t process_id() { return static_cast<std::uint32_t>(call(SYS_getpid)); }
std::uint32_t parent_process_id() { return static_cast<std::uint32_t>(call(SYS_getppid)); }
std::uint32_t thread_id() {
    const long id = call(SYS_gettid);
    if (id > 0) return static_cast<std::uint32_t>(id);
    constexpr std::uint32_t kNoId = std::uint32_t{1} << 31;  // the kernel's ids are below 2^22
    return kNoId | static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(__builtin_thread_pointer()) >> 6);
}
void adopt_process(std::uint32_t process) { store_relaxed(g_process, process); }
std::uint32_t adopted_process() {
    const std::uint32_t adopted = load_relaxed(g_process);
    return adopted ? adopted : process_id();
}
bool is_adopted_process() { return adopted_process() == process_id(); }
bool thread_exists(std::uint32_t thread) {
    return !is_adopted_process() || call(SYS_tgkill, process_id(), thread, 0) != -ESRCH;
}
bool task_exists(std::uint32_t task) { return call(SYS_kill, task, 0) != -ESRCH; }
void thread_name(char out[16]) { call(SYS_prctl, PR_GET_NAME, address(out)); }
void yield() { call(SYS_sched_yield); }

void nap() {
    const timespec moment{0, 100'000};
    call(SYS_nanosleep, address(&moment));
}

int robust_list(robust_list_head*& out) {
    std::size_t bytes = 0;
    out = nullptr;
    return static_cast<int>(call(SYS_get_robust_list, 0, address(&out), address(&bytes)));
}

int set_robust_list(robust_list_head* head) {
    return static_cast<int>(call(SYS_set_robust_list, address(head), sizeof *head));
}

SignalStackState signal_stack_state() {
    stack_t now{};
    if (call(SYS_sigaltstack, 0, address(&now)) != 0) return SignalStackState::kUnknown;
    if ((now.ss_flags & SS_DISABLE) != 0) return SignalStackState::kNone;
    return (now.ss_flags & SS_ONSTACK) != 0 ? SignalStackState::kInUse : SignalStackState::kIdle;
}

std::uint64_t block_signals() {
    constexpr auto bit = [](int signal) { return std::uint64_t{1} << (signal - 1); };
    const std::uint64_t all_but_faults =
        ~(bit(SIGSEGV) | bit(SIGBUS) | bit(SIGFPE) | bit(SIGILL) | bit(SIGTRAP) | bit(SIGSYS));
    std::uint64_t former = 0;
    // Not without being allowed to undo it.
    if (!sandbox::permits(describe(SYS_rt_sigprocmask, SIG_SETMASK, address(&former), 0, kMaskBytes))) return former;
    call(SYS_rt_sigprocmask, SIG_BLOCK, address(&all_but_faults), address(&former), kMaskBytes);
    return former;
}

void restore_signals(std::uint64_t mask) { call(SYS_rt_sigprocmask, SIG_SETMASK, address(&mask), 0, kMaskBytes); }

long call_for_program(long number, long a, long b, long c, long d, long e, long f) {
    return make(number, a, b, c, d, e, f);
}

std::uint64_t monotonic_ns() { return clock_ns(CLOCK_MONOTONIC); }
std::uint64_t monotonic_coarse_ns() { return clock_ns(CLOCK_MONOTONIC_COARSE); }
std::uint64_t realtime_ns() { return clock_ns(CLOCK_REALTIME); }
std::uint64_t boottime_ns() { return clock_ns(CLOCK_BOOTTIME); }

}  // namespace dregs::sys
