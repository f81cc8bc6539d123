// Call stacks as a trie: a node is (caller's node, location), found through a lock-free hash table, never removed.
//
// The nodes are in the trace file; the hash table that finds them is the process's own and is wiped in a forked child
// together with everything else. It grows by levels: a key goes to the first level whose probe window has room, a full
// window stays full, so a look-up that meets an empty slot is done. Any thread, any signal handler.
#pragma once

#include "preload/file/table.h"

namespace dregs {

class StackTable {
  public:
    void attach(TraceFile& file, SlowLock& lock);
    // The node of `location` called from `parent`; 0 when there is no room.
    std::uint32_t child(std::uint32_t parent, std::uint64_t location);
    // The stack of `count` locations, innermost first, that ends in `root`; 0 when there is no room.
    std::uint32_t intern(const std::uint64_t* locations, std::uint32_t count, std::uint32_t root);

  private:
    using Slot = std::uint64_t;  // hash tag << 32 | node
    static constexpr std::uint64_t kFirstSlots = 1u << 14;
    static constexpr unsigned kLevels = 12;  // each four times the one before
    static constexpr unsigned kWindow = 32;

    struct Search {
        std::uint32_t found;  // the node, 0: not there
        Slot* vacant;         // where it belongs, null: this level is full there
    };
    Search search_level(Slot* slots, unsigned level, std::uint64_t hash, std::uint32_t parent,
                        std::uint64_t location) const;
    std::uint32_t insert(Slot* vacant, std::uint64_t hash, std::uint32_t parent, std::uint64_t location);
    Slot* level_slots(unsigned level) {
        Slot* slots = load_acquire(levels_[level]);
        return DREGS_LIKELY(slots != nullptr) ? slots : add_level(level);
    }
    Slot* add_level(unsigned level);
    bool is_node(std::uint32_t node, std::uint32_t parent, std::uint64_t location) const;

    SlowLock* lock_;
    TraceTable<format::StackNode, format::kStackNodes, 4096> nodes_;
    Slot* levels_[kLevels];
};

}  // namespace dregs
