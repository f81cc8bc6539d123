// What a walk reads of a stack, and what it must ask about first.
//
// Owns: the rule that keeps a walk from faulting whatever the unwind information says. Three kinds of words:
//
//   1. On the thread's own stack (own_stack.h), from the stack pointer to its end: in use by the thread, whatever its
//      frames look like. Read at once.
//   2. On any other stack, in the page of the stack pointer: a call has just written there. Read at once.
//   3. All others: where a row led beyond, after a change of stacks or a signal, memory that an expression names. Each
//   page
//      of them is asked about once a walk (readable_pages.h), and the answer counts for that walk alone.
//
// A memo of a stack of kind 2 may keep words of other pages; unwind_learn.cpp says which, and why they may be read.
// One walk, one thread.
#pragma once

#include <cstdint>

#include "preload/system/attributes.h"
#include "preload/unwind/foreign_memory.h"
#include "preload/unwind/own_stack.h"
#include "preload/unwind/readable_pages.h"

namespace dregs {

class StackReader {
  public:
    StackReader(ReadableWords known, ReadablePages& pages) : known_(known), pages_(&pages) {}

    // Whether the word at `address` can be read.
    bool holds(std::uintptr_t address) { return DREGS_LIKELY(known_.holds(address)) || ask(address); }
    // The same, but false also where the system would have to be asked.
    bool knows(std::uintptr_t address) const { return known_.holds(address); }
    const ReadableWords& known() const { return known_; }
    // The walk has come to another stack: nothing of that is known.
    void leave() { known_ = {0, 0}; }
    ReadablePages& pages() const { return *pages_; }

    static std::uint64_t load(std::uintptr_t address) { return load_foreign_word(address); }

  private:
    static constexpr std::uintptr_t kPageBytes = std::uintptr_t{1} << ReadablePages::kPageBits;

    // Frames lie one behind the other: the next page is wanted again.
    DREGS_COLD bool ask(std::uintptr_t address) {
        if ((address & 7) != 0 || !pages_->holds(address)) return false;
        if ((address & ~(kPageBytes - 1)) == known_.end()) known_.words += kPageBytes / 8;
        return true;
    }

    ReadableWords known_;
    ReadablePages* pages_;
};

}  // namespace dregs
