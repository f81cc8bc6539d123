#include "preload/file/stack_table.h"

namespace dregs {
namespace {

std::uint64_t hash_of(std::uint32_t parent, std::uint64_t location) {
    std::uint64_t hash = (location ^ (std::uint64_t{parent} * 0x9E3779B97F4A7C15u)) * 0xD6E8FEB86659FD93u;
    return hash ^ (hash >> 32);
}

constexpr std::uint64_t make_slot(std::uint64_t hash, std::uint32_t node) {
    return (hash & 0xFFFFFFFF00000000u) | node;
}

}  // namespace

void StackTable::attach(TraceFile& file, SlowLock& lock) {
    lock_ = &lock;
    nodes_.attach(file, lock, format::kStackRoots);
}

inline bool StackTable::is_node(std::uint32_t node, std::uint32_t parent, std::uint64_t location) const {
    const format::StackNode& at = nodes_.at(node);
    return at.parent == parent && at.location == location;
}

DREGS_HOT inline StackTable::Search StackTable::search_level(Slot* slots, unsigned level, std::uint64_t hash,
                                                             std::uint32_t parent, std::uint64_t location) const {
    const std::uint64_t mask = (kFirstSlots << (2 * level)) - 1;
    for (unsigned i = 0; i < kWindow; ++i) {
        Slot* slot = &slots[(hash + i) & mask];
        const Slot value = load_acquire(*slot);
        if (value == 0) return {0, slot};
        const auto node = static_cast<std::uint32_t>(value);
        if (value == make_slot(hash, node) && is_node(node, parent, location)) return {node, nullptr};
    }
    return {0, nullptr};
}

DREGS_HOT std::uint32_t StackTable::child(std::uint32_t parent, std::uint64_t location) {
    const std::uint64_t hash = hash_of(parent, location);
    for (unsigned level = 0; level < kLevels;) {
        Slot* slots = level_slots(level);
        if (DREGS_UNLIKELY(!slots)) return 0;
        const Search search = search_level(slots, level, hash, parent, location);
        if (DREGS_LIKELY(search.found)) return search.found;
        if (!search.vacant) {
            ++level;
            continue;
        }
        const std::uint32_t node = insert(search.vacant, hash, parent, location);
        if (node) return node;
        if (load_relaxed(*search.vacant) == 0) return 0;  // no room, rather than a lost race
    }
    return 0;
}

// Fills a node, then publishes it. 0: another thread took the slot (look again), or there is no room.
DREGS_COLD std::uint32_t StackTable::insert(Slot* vacant, std::uint64_t hash, std::uint32_t parent,
                                            std::uint64_t location) {
    const std::uint32_t node = nodes_.append(format::kMaxStacks);
    if (!node) return 0;
    format::StackNode& at = nodes_.at(node);
    at.parent = parent;
    store_release(at.location, location);
    Slot empty = 0;
    return compare_exchange(*vacant, empty, make_slot(hash, node)) ? node : 0;
}

DREGS_COLD StackTable::Slot* StackTable::add_level(unsigned level) {
    SlowSection section(*lock_);
    if (!section.held()) return nullptr;
    if (!levels_[level]) {
        store_release(levels_[level],
                      static_cast<Slot*>(sys::map_private((kFirstSlots << (2 * level)) * sizeof(Slot))));
    }
    return levels_[level];
}

DREGS_HOT std::uint32_t StackTable::intern(const std::uint64_t* locations, std::uint32_t count, std::uint32_t root) {
    std::uint32_t node = root;
    while (count && node) node = child(node, locations[--count]);
    return node;
}

}  // namespace dregs
