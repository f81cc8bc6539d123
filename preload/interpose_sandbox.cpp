// The two functions of the C library by which a program puts a seccomp filter upon itself, and nothing else: the shim
// must know what it may still ask of the system (system/sandbox.h). All other calls go straight on.
//
// A program that installs a filter by a system call of its own making is not noticed.
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <sys/types.h>

#include <cerrno>

#include "preload/lifecycle.h"
#include "preload/system/attributes.h"
#include "preload/system/guard.h"
#include "preload/system/kept_filters.h"
#include "preload/system/real.h"
#include "preload/system/sys.h"

namespace {

using dregs::dregs_next_syscall;
using dregs::sandbox::KeptFilter;

KeptFilter* keep(bool strict, long program) {
    const bool is_guest = dregs::is_guest();
    return strict ? dregs::sandbox::keep_strict(is_guest)
                  : dregs::sandbox::keep(reinterpret_cast<const sock_fprog*>(program), is_guest);
}

// Runs `install`, whose result tells whether it did. Once it has succeeded nothing may be done that is not asked for.
template <typename Install, typename IsInstalled>
auto sandboxed(bool strict, long program, Install install, IsInstalled is_installed) {
    KeptFilter* filter = nullptr;
    {
        const dregs::KeepErrno keep_errno;
        filter = keep(strict, program);
        if (filter) dregs::prepare_for_sandbox(dregs::sandbox::filter_of(*filter));
        if (filter) dregs::sandbox::activate(*filter);
    }
    const auto result = install();
    if (filter && !is_installed(result)) dregs::sandbox::forget(*filter);
    return result;
}

template <typename Change>
int before_change(Change change) {
    {
        const dregs::KeepErrno keep_errno;
        dregs::prepare_for_loss_of_path();
    }
    if (dregs::real_ready()) return change();
    errno = ENOSYS;
    return -1;
}

// The C library's part, before its functions have been looked up, which is before main.
long make_call(long number, long a, long b, long c, long d, long e, long f) {
    const long result = dregs::sys::call_for_program(number, a, b, c, d, e, f);
    if (result >= 0 || result < -4095) return result;
    errno = static_cast<int>(-result);
    return -1;
}

template <typename Install>
auto sandboxed_by_prctl(long option, long mode, long program, Install install) {
    const bool strict = mode == SECCOMP_MODE_STRICT;
    if (option != PR_SET_SECCOMP || (!strict && mode != SECCOMP_MODE_FILTER)) return install();
    return sandboxed(strict, program, install, [](long result) { return result == 0; });
}

}  // namespace

extern "C" {

__attribute__((used)) long dregs_early_syscall(long number, long a, long b, long c, long d, long e, long f) {
    return make_call(number, a, b, c, d, e, f);
}

__attribute__((used)) long dregs_seccomp(long number, long operation, long flags, long program, long d, long e,
                                         long f) {
    const auto install = [=] {
        const auto next = dregs_next_syscall ? dregs_next_syscall : dregs_early_syscall;
        return next(number, operation, flags, program, d, e, f);
    };
    const bool strict = operation == SECCOMP_SET_MODE_STRICT;
    if (!strict && operation != SECCOMP_SET_MODE_FILTER) return install();
    // The id of a thread that stands in the way, or a new descriptor.
    const bool gives_descriptor = !strict && (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0;
    return sandboxed(strict, program, install,
                     [=](long result) { return result == 0 || (result > 0 && gives_descriptor); });
}

__attribute__((used)) long dregs_prctl(long number, long option, long a, long b, long c, long d, long e) {
    return sandboxed_by_prctl(option, a, b, [=] {
        const auto next = dregs_next_syscall ? dregs_next_syscall : dregs_early_syscall;
        return next(number, option, a, b, c, d, e);
    });
}

// Calls that the C library has no functions for, after which the trace cannot be opened again.
__attribute__((used)) long dregs_before_loss_of_path(long number, long a, long b, long c, long d, long e, long f) {
    {
        const dregs::KeepErrno keep_errno;
        dregs::prepare_for_loss_of_path();
    }
    const auto next = dregs_next_syscall ? dregs_next_syscall : dregs_early_syscall;
    return next(number, a, b, c, d, e, f);
}

// Must leave no frame of ours: what it calls may return twice (clone, vfork).
DREGS_EXPORT __attribute__((naked)) long syscall(long, ...) {
    __asm__(
        "cmpq $317, %rdi\n\t"  // SYS_seccomp
        "je dregs_seccomp\n\t"
        "cmpq $157, %rdi\n\t"  // SYS_prctl
        "je dregs_prctl\n\t"
        "cmpq $446, %rdi\n\t"  // SYS_landlock_restrict_self
        "je dregs_before_loss_of_path\n\t"
        "cmpq $155, %rdi\n\t"  // SYS_pivot_root
        "je dregs_before_loss_of_path\n\t"
        "movq dregs_next_syscall(%rip), %r11\n\t"
        "testq %r11, %r11\n\t"
        "je dregs_early_syscall\n\t"
        "jmp *%r11");
}

DREGS_EXPORT int prctl(int option, long a, long b, long c, long d) {
    const auto install = [=] {
        const auto next = dregs::detail::is_resolved() ? dregs::g_real.prctl : nullptr;
        return next ? next(option, a, b, c, d) : static_cast<int>(make_call(SYS_prctl, option, a, b, c, d, 0));
    };
    return sandboxed_by_prctl(option, a, b, install);
}

static_assert(SYS_seccomp == 317 && SYS_prctl == 157 && SYS_pivot_root == 155);

// After these the trace cannot be opened again by its name: another root, another user.
DREGS_EXPORT int chroot(const char* path) noexcept {
    return before_change([=] { return dregs::g_real.chroot(path); });
}
DREGS_EXPORT int setuid(uid_t user) noexcept {
    return before_change([=] { return dregs::g_real.setuid(user); });
}
DREGS_EXPORT int seteuid(uid_t user) noexcept {
    return before_change([=] { return dregs::g_real.seteuid(user); });
}
DREGS_EXPORT int setreuid(uid_t real, uid_t effective) noexcept {
    return before_change([=] { return dregs::g_real.setreuid(real, effective); });
}
DREGS_EXPORT int setresuid(uid_t real, uid_t effective, uid_t saved) noexcept {
    return before_change([=] { return dregs::g_real.setresuid(real, effective, saved); });
}

}  // extern "C"
