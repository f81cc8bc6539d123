// Tells that a thread is gone without asking: a word that the kernel marks when the thread ends, however it ends.
//
// It stands in the thread's list of robust futexes, among those of the program's robust mutexes, and looks like one of
// them that the thread holds all its life. No filter of the program's forbids to look at it, and a main thread that has
// ended before the others is known to be gone, though its id goes on. A signal handler that begins a thread's state
// while the C library changes that list may lose the entry, and nothing else: so this tells of an end, never of life.
#pragma once

#include <cstdint>

struct robust_list_head;

namespace dregs {

// Zero bytes: in no list.
class LifeMark {
  public:
    // Of the calling thread, whose id this is; 0: it may not be asked for, or a child of vfork asks. Where the thread
    // has no such list, the mark says nothing.
    void begin(std::uint32_t thread);
    // The former thread is gone.
    void reset() { word_ = 0; }
    bool is_gone() const;

  private:
    static robust_list_head* find_list();
    void enter(robust_list_head& list);

    // As pthread_mutex_t has them.
    std::uint32_t word_;
    std::uint32_t unused_[5];
    void* previous_;
    void* next_;  // what is linked
};

}  // namespace dregs
