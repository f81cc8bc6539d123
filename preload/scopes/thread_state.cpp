#include "preload/scopes/thread_state.h"

#include "preload/system/sys.h"

namespace dregs {

// A handler's frames lie below those it interrupted, unless it runs on a stack of its own.
DREGS_COLD std::uint8_t hooks_at_work(const ThreadState& thread, std::uintptr_t frame) {
    if (frame >= (thread.busy & ~kHookCountMask) && !sys::on_signal_stack()) return 0;
    return static_cast<std::uint8_t>(thread.busy & kHookCountMask);
}

}  // namespace dregs
