// Linux on x86-64. See own_descriptors.h.
#include "preload/system/own_descriptors.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "preload/system/atomics.h"
#include "preload/system/attributes.h"
#include "preload/system/sys.h"
#include "preload/system/system_call.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

namespace dregs::sys {
namespace {

constexpr int kStandardDescriptors = 3;
// As pthread_create() has them.
constexpr long kThreadFlags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
                              CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;

struct Errand {
    int (*work)(void*);
    void* context;
    bool shares_descriptors;  // still the program's
    bool done;
    int result;
};

bool is_open(int descriptor) { return call(SYS_fcntl, descriptor, F_GETFD) >= 0; }

// A folder of tasks has a link for each, beside its own two. False also where there is no /proc.
bool is_only_thread() {
    constexpr unsigned kOwnLinks = 2;
    struct stat status {};
    return call(SYS_newfstatat, AT_FDCWD, address("/proc/self/task"), address(&status), 0) == 0 &&
           status.st_nlink == kOwnLinks + 1;
}

// Not in a child of vfork: others may have its table, too.
bool may_use_the_programs() {
    for (int descriptor = 0; descriptor < kStandardDescriptors; ++descriptor) {
        if (!is_open(descriptor)) return false;
    }
    return is_adopted_process() && is_only_thread();
}

// A new table instead of the program's, which is closed in it, or rather not copied at all. (Linux 5.9.)
bool leave_the_programs() { return call(SYS_close_range, 0, ~0u, CLOSE_RANGE_UNSHARE) == 0; }

// So that not even somebody who looks from outside finds the trace at one of these numbers.
void take_standard_descriptors() {
    for (int descriptor = 0; descriptor < kStandardDescriptors; ++descriptor) {
        if (!is_open(descriptor)) call(SYS_openat, AT_FDCWD, address("/"), O_PATH | O_CLOEXEC);
    }
}

void run_errand(Errand* errand) {
    if (errand->shares_descriptors && !leave_the_programs()) return;
    take_standard_descriptors();
    errand->result = errand->work(errand->context);
    errand->done = true;
}

// Begins a thread that calls run(errand) at the end of `stack` and ends. Returns its id or an error.
DREGS_COLD long begin_thread(long flags, HelperStack& stack, void (*run)(Errand*), Errand* errand) {
    void** top = reinterpret_cast<void**>(stack.bytes + HelperStack::kBytes) - 2;
    top[0] = reinterpret_cast<void*>(run);
    top[1] = errand;
    long result;
    register void* thread asm("r10") = &stack.thread;
    register void* pointer asm("r8") = __builtin_thread_pointer();
    asm volatile(
        "syscall\n\t"
        "testq %%rax, %%rax\n\t"
        "jnz 1f\n\t"
        "xorl %%ebp, %%ebp\n\t"
        "popq %%rax\n\t"
        "popq %%rdi\n\t"
        "call *%%rax\n\t"
        "xorl %%edi, %%edi\n\t"
        "movl %[exit], %%eax\n\t"
        "syscall\n\t"
        "ud2\n"
        "1:"
        : "=a"(result)
        : "a"(SYS_clone), "D"(flags), "S"(top), "d"(&stack.thread), "r"(thread), "r"(pointer), [exit] "i"(SYS_exit)
        : "rcx", "r11", "memory");
    return result;
}

// Who is alone again may count on it: unshare() of a user namespace is for processes with one thread.
void wait_for_end(HelperStack& stack, std::uint32_t thread) {
    constexpr int kMostLooks = 1'000;
    while (load_acquire(stack.thread) != 0) call(SYS_futex, address(&stack.thread), FUTEX_WAIT, thread, 0);
    const std::uint32_t process = process_id();
    for (int looks = 0; looks < kMostLooks && call(SYS_tgkill, process, thread, 0) == 0; ++looks) yield();
}

bool may_begin_thread(const sandbox::SystemCall (&calls)[2]) { return may_call(calls[0]) && may_call(calls[1]); }

// Whether the errand was done.
bool send(HelperStack& stack, long flags, Errand& errand) {
    errand.shares_descriptors = (flags & CLONE_FILES) != 0;
    errand.result = -EPERM;
    if (!may_begin_thread({describe(SYS_clone, flags), describe(SYS_exit)})) return false;
    const long thread = begin_thread(flags, stack, run_errand, &errand);
    if (thread < 0) return errand.result = static_cast<int>(thread), false;
    wait_for_end(stack, static_cast<std::uint32_t>(thread));
    return errand.done;
}

}  // namespace

// Where the kernel is too old to leave the program's table, the thread begins with a copy of it: that is closed when it
// ends, which a network file system may take for a reason to write.
DREGS_COLD int run_with_own_descriptors(HelperStack& stack, int (*work)(void*), void* context) {
    const std::uint64_t signals = block_signals();
    Errand errand{work, context, false, false, 0};
    if (may_use_the_programs())
        errand.result = work(context);
    else if (!send(stack, kThreadFlags, errand))
        send(stack, kThreadFlags & ~CLONE_FILES, errand);
    restore_signals(signals);
    return errand.result;
}

bool may_have_own_descriptors(const sandbox::Filter& filter) {
    return sandbox::passes(filter, describe(SYS_clone, kThreadFlags)) && sandbox::passes(filter, describe(SYS_exit));
}

}  // namespace dregs::sys
