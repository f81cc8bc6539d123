// Tells whether memory can be read, without touching it first.
//
// Owns: the answers of one walk. Each costs a system call that looks and changes nothing, and is believed as long as
// this object lives: a page that could be read once may be unmapped or protected before the next walk. So one is made
// for each walk, and what a walk need not ask about is said by StackReader. Async-signal-safe.
#pragma once

#include <cstddef>
#include <cstdint>

#include "preload/system/attributes.h"
#include "preload/unwind/readable_words.h"

namespace dregs {

class ReadablePages {
  public:
    static constexpr unsigned kPageBits = 12;

    // NOLINTBEGIN(modernize-use-equals-default): the answers are left as they are, none is there yet
    ReadablePages() : known_{0, 0} {}
    // `known`: words that need not be asked about.
    explicit ReadablePages(const ReadableWords& known) : known_(known) {}
    // NOLINTEND(modernize-use-equals-default)

    bool holds(std::uintptr_t address) {
        if (known_.holds(address & ~std::uintptr_t{7})) return true;
        const std::uint64_t page = address >> kPageBits;
        for (std::uint32_t i = 0; i < count_ && i < kMost; ++i) {
            if (pages_[i] == page) return true;
        }
        return ask(page);
    }

    // All of [address, address + bytes).
    bool holds_range(std::uintptr_t address, std::size_t bytes);
    // The same of what the loader has mapped of an object. True also where a sandbox forbids to ask: exceptions of C++
    // rely on as much.
    bool holds_of_object(std::uintptr_t address, std::size_t bytes) {
        return holds_range(address, bytes) || may_not_ask_;
    }

  private:
    static constexpr std::uint32_t kMost = 16;

    DREGS_COLD bool ask(std::uint64_t page);

    ReadableWords known_;
    bool may_not_ask_ = false;
    std::uint32_t count_ = 0;  // of the answers so far; the oldest makes room
    std::uint64_t pages_[kMost];
};

}  // namespace dregs
