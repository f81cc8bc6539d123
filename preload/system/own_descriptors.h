// Where the shim opens files: no descriptor of ours is ever among the program's where somebody could meet it.
//
// A descriptor in the program's table is open to all of its threads. One that prints to 1, which the program has
// closed, would write into our file; a fork at that moment hands it on to the child, for O_CLOEXEC does nothing before
// an exec; closefrom() or dup2() of another thread closes it under us, and what we do next is done to a file of the
// program's. A descriptor that can do no harm (O_PATH) takes a number from whoever counts on it all the same. So files
// are opened
//
//   in the program's table   while no other thread has it, signals are blocked, and 0, 1 and 2 are taken: then nobody
//                            can look, fork or open before all is closed again
//   in a table of our own    else: by a thread that lives for this alone, shares the memory, so that what it maps is
//                            there for all, and has nothing of the program's open
//
// The thread has all signals blocked and is gone when the call returns. It is begun with the flags of the C library's
// own, which sandboxes know. Where it cannot be had (a limit on processes, a filter) nothing is opened.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dregs::sandbox {
struct Filter;
}

namespace dregs::sys {

// What that thread runs on. Memory of whoever asks, for there may be none to be had.
struct alignas(64) HelperStack {
    static constexpr std::size_t kBytes = 16 << 10;
    char bytes[kBytes];
    std::uint32_t thread;  // its id, until the kernel says that it has ended
};

int run_with_own_descriptors(HelperStack& stack, int (*work)(void*), void* context);

// Returns what work() returns, or a negative errno where it could not be run. It opens and closes descriptors, takes no
// lock, and may be run by another thread, with this one's thread-local variables.
template <typename Work>
int with_own_descriptors(HelperStack& stack, Work work) {
    return run_with_own_descriptors(
        stack, [](void* context) { return (*static_cast<Work*>(context))(); }, &work);
}

// Whether a filter that is not active yet would let that thread begin and end.
bool may_have_own_descriptors(const sandbox::Filter& filter);

}  // namespace dregs::sys
