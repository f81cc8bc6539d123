// Call stacks as a trie: a node is (caller's node, location), found through a lock-free hash table, never removed.
//
// The nodes are in the trace file; the hash table that finds them is the process's own and is wiped in a forked child
// together with everything else. It grows by levels, each four times the one before, as soon as the newest has a slot
// for every second node: few look-ups then miss at their first slot, which is what they cost. A node belongs to the
// first level whose probe window has room for it; a full window stays full, so a search that meets an empty slot is
// done. A node that was found in an older level is copied to the newest. In front of it stands a table of whole stacks
// found lately: one look-up for many, and its nodes lie side by side. Any thread, any signal handler.
#pragma once

#include "preload/file/table.h"

namespace dregs {

class StackTable {
  public:
    void attach(TraceFile& file, SlowLock& lock);

    // The node of `location` called from `parent`; 0 when there is no room. `location` is not 0.
    DREGS_INLINE std::uint32_t child(std::uint32_t parent, std::uint64_t location) {
        const Level* newest = load_acquire(newest_);
        if (DREGS_LIKELY(newest != nullptr)) {
            const std::uint32_t node = find_in(*newest, parent, location);
            if (DREGS_LIKELY(node != 0)) return node;
        }
        return find_or_add(parent, location);
    }
    // The stack of `count` locations, innermost first, that ends in `root`, which may be any stack; 0 when there is no
    // room.
    std::uint32_t intern(const std::uint64_t* locations, std::uint32_t count, std::uint32_t root);
    // The same, made cheap by a hash of the locations: stacks found lately are looked up by it and `root` at once.
    DREGS_INLINE std::uint32_t intern_hashed(const std::uint64_t* locations, std::uint32_t count, std::uint32_t root,
                                             std::uint64_t hash) {
        if (DREGS_UNLIKELY(!recent_)) return intern(locations, count, root);
        std::uint32_t& recent = recent_[(hash ^ (root * 0x9E3779B97F4A7C15u)) * 0xD6E8FEB86659FD93u >> kRecentShift];
        const std::uint32_t node = load_acquire(recent);
        if (DREGS_LIKELY(is_stack(node, locations, count, root))) return node;
        return intern_anew(locations, count, root, recent);
    }

  private:
    static constexpr unsigned kFirstBits = 12;
    static constexpr unsigned kLevels = 8;
    static constexpr unsigned kWindow = 16;
    static constexpr unsigned kRecentBits = 16;
    static constexpr unsigned kRecentShift = 64 - kRecentBits;

    // Claimed by its link, finished by its location.
    struct Slot {
        std::uint64_t location;  // 0: free, or about to be written
        std::uint64_t link;      // parent << 32 | node; 0: free
    };
    struct Level {
        Slot* slots;
        unsigned shift;
    };
    // What a search of a level finds: a node, or a free slot, or that the level is full there.
    struct Place {
        std::uint32_t node;
        Slot* vacant;
    };

    static constexpr std::size_t slots_of(unsigned level) {
        return (std::size_t{1} << (kFirstBits + 2 * level)) + kWindow;
    }
    static Slot* window(const Level& level, std::uint32_t parent, std::uint64_t location) {
        // One multiplication after the parent is known: the way from the outermost frame inwards waits for each.
        const std::uint64_t hash = (location ^ (parent * 0x9E3779B97F4A7C15u)) * 0xD6E8FEB86659FD93u;
        return level.slots + (hash >> level.shift);
    }
    static std::uint32_t find_in(const Level& level, std::uint32_t parent, std::uint64_t location) {
        const Slot* slot = window(level, parent, location);
        for (const Slot* end = slot + kWindow; slot != end; ++slot) {
            const std::uint64_t found = load_acquire(slot->location);
            const std::uint64_t link = load_relaxed(slot->link);
            if (found == location && link >> 32 == parent) return static_cast<std::uint32_t>(link);
            if (found == 0) break;
        }
        return 0;
    }

    // Believes nothing: a stack is what its nodes say. The nodes of roots have no location.
    bool is_stack(std::uint32_t node, const std::uint64_t* locations, std::uint32_t count, std::uint32_t root) const {
        if (DREGS_UNLIKELY(node == format::kStackNone)) return false;
        auto run = nodes_.run_of(node);
        for (const std::uint64_t* const end = locations + count; locations != end; ++locations) {
            if (DREGS_UNLIKELY(!run.holds(node))) run = nodes_.run_of(node);
            const format::StackNode& at = run.at(node);
            if (at.location != *locations) return false;
            node = at.parent;
        }
        return node == root;
    }

    std::uint32_t intern_anew(const std::uint64_t* locations, std::uint32_t count, std::uint32_t root,
                              std::uint32_t& recent);
    std::uint32_t find_or_add(std::uint32_t parent, std::uint64_t location);
    Place search(const Level& level, std::uint32_t parent, std::uint64_t location) const;
    std::uint32_t add(Slot* vacant, std::uint32_t parent, std::uint64_t location);
    void copy_to_newest(unsigned level, std::uint32_t node, std::uint32_t parent, std::uint64_t location);
    bool add_level(unsigned level);
    void grow_early(std::uint32_t nodes);

    SlowLock* lock_;
    TraceTable<format::StackNode, format::kStackNodes, 4096> nodes_;
    std::uint32_t* recent_;  // nodes by hash of their stacks; the last one wins
    const Level* newest_;
    Level levels_[kLevels];
};

}  // namespace dregs
