// Tells whether memory can be read, without touching it first.
//
// Owns: a small cache of pages found readable; a page not in it costs one system call that looks (and changes nothing).
// Must not be asked on every load: callers ask when they come to another page. All-zero bytes are its valid empty
// state. A page unmapped since may still be called readable until forget(): the check guards against wrong unwind
// information and broken stacks, not against a program that unmaps a stack it runs on. Lock-free, async-signal-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace dregs {

class ReadablePages {
  public:
    static constexpr unsigned kPageBits = 12;

    bool holds(std::uintptr_t address) { return knows(address) || probe(address); }

    // Whether that is known without asking the system.
    bool knows(std::uintptr_t address) const {
        const std::uint64_t page = address >> kPageBits;
        return pages_[page % kPages].load(std::memory_order_relaxed) == page && page != 0;
    }

    // All of [address, address + bytes).
    bool holds_range(std::uintptr_t address, std::size_t bytes);

    // Drops what was found: after an object was unmapped.
    void forget();

  private:
    static constexpr std::size_t kPages = 1024;

    bool probe(std::uintptr_t address);

    std::atomic<std::uint64_t> pages_[kPages];
};

}  // namespace dregs
