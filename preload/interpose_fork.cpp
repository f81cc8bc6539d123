// fork and _Fork as the program sees them: they go straight on, but where a signal handler calls them that has
// interrupted a hook (interrupted_hooks.h). Not vfork, whose child may not return anyway.
//
// Compiled with frame pointers, so that the caller's state can be read off.
#include <features.h>
#include <sys/types.h>

#include <cerrno>

#include "preload/interrupted_hooks.h"
#include "preload/lifecycle.h"
#include "preload/system/attributes.h"
#include "preload/system/guard.h"
#include "preload/system/real.h"

namespace {

int forked(int (*real_fork)(), const dregs::Registers& caller) {
    dregs::InterruptedHooks hooks;
    {
        const dregs::KeepErrno keep_errno;
        hooks.find(caller);
    }
    const int child = real_fork();
    if (child == 0) dregs::begin_forked_child();
    if (child == 0) hooks.drop();
    return child;
}

int cannot_fork() {
    errno = ENOSYS;
    return -1;
}

}  // namespace

extern "C" {

DREGS_EXPORT pid_t fork() noexcept {
    return dregs::real_ready() ? forked(dregs::g_real.fork, DREGS_CAPTURE_CALLER()) : cannot_fork();
}

#if __GLIBC_PREREQ(2, 34)  // since when there is one
DREGS_EXPORT pid_t _Fork() noexcept {
    return dregs::real_ready() ? forked(dregs::g_real._Fork, DREGS_CAPTURE_CALLER()) : cannot_fork();
}
#endif

}  // extern "C"
