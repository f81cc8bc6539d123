// The stack that the system or the C library gave a thread, as opposed to those that the program makes: of coroutines,
// of signal handlers.
//
// Owns: where it lies, as far as the thread's walks have seen it. What makes it worth knowing: from the stack pointer
// to its end it can be read as long as the thread lives, for the thread's own control block (of the first thread: its
// arguments) lies at that end. So a walk that begins there asks the system nothing. Found by asking once for each page
// between the stack pointer and the end, which also tells a stack that merely lies near: there is a page between that
// cannot be read. Of other stacks nothing is believed from one walk to the next: they come and go, and come again
// smaller.
//
// One thread and the signal handlers that interrupt it. Zero bytes: nothing is known yet.
#pragma once

#include <cstdint>

#include "preload/system/attributes.h"
#include "preload/unwind/readable_words.h"

namespace dregs {

class OwnStack {
  public:
    // What a walk may read that begins where the stack pointer is `sp`: it and the word below, which is the return
    // address of the hook.
    DREGS_INLINE ReadableWords readable_from(std::uintptr_t sp) {
        return DREGS_LIKELY(holds(sp)) ? words(sp, end_) : readable_elsewhere(sp);
    }
    bool holds(std::uintptr_t sp) const { return sp - begin_ < end_ - begin_; }
    // As far as it is known.
    ReadableWords known() const { return {begin_, (end_ - begin_) >> 3}; }

    // The rest of the page that `sp` lies in: readable on any stack.
    static ReadableWords rest_of_page(std::uintptr_t sp);

  private:
    static ReadableWords words(std::uintptr_t sp, std::uintptr_t end) {
        const std::uintptr_t begin = (sp - 8 + 7) & ~std::uintptr_t{7};
        return {begin, (end - begin) >> 3};
    }
    DREGS_COLD ReadableWords readable_elsewhere(std::uintptr_t sp);
    std::uintptr_t find_end(std::uintptr_t sp) const;
    bool may_be_deeper(std::uintptr_t sp) const;
    bool reaches(std::uintptr_t sp, std::uintptr_t end);

    std::uintptr_t begin_;  // of what is known of it
    std::uintptr_t end_;
    // Another stack that was taken for it: pages that lead to one that cannot be read.
    std::uintptr_t other_begin_;
    std::uintptr_t other_end_;
};

}  // namespace dregs
