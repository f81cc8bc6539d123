// What is not in the newest level of the hash table: older nodes, new ones, growth. See stack_table.h.
#include "preload/file/stack_table.h"

namespace dregs {
namespace {

constexpr std::uint64_t make_link(std::uint32_t parent, std::uint32_t node) {
    return (std::uint64_t{parent} << 32) | node;
}

}  // namespace

void StackTable::attach(TraceFile& file, SlowLock& lock) {
    lock_ = &lock;
    nodes_.attach(file, lock, format::kStackRoots);
    recent_ = static_cast<std::uint32_t*>(sys::map_private(sizeof(std::uint32_t) << kRecentBits));
}

// A slot that is claimed but not finished is told by its node, which was filled before.
StackTable::Place StackTable::search(const Level& level, std::uint32_t parent, std::uint64_t location) const {
    Slot* slot = window(level, parent, location);
    for (const Slot* end = slot + kWindow; slot != end; ++slot) {
        const std::uint64_t link = load_acquire(slot->link);
        if (link == 0) return {0, slot};
        const auto node = static_cast<std::uint32_t>(link);
        if (link >> 32 == parent && nodes_.at(node).location == location) return {node, nullptr};
    }
    return {0, nullptr};
}

DREGS_COLD std::uint32_t StackTable::find_or_add(std::uint32_t parent, std::uint64_t location) {
    for (unsigned level = 0; level < kLevels;) {
        if (!load_acquire(levels_[level].slots) && !add_level(level)) return 0;
        const Place place = search(levels_[level], parent, location);
        if (place.node) {
            copy_to_newest(level, place.node, parent, location);
            return place.node;
        }
        if (!place.vacant) {
            ++level;
            continue;
        }
        const std::uint32_t node = add(place.vacant, parent, location);
        if (node) {
            grow_early(node);
            return node;
        }
        if (load_relaxed(place.vacant->link) == 0) return 0;  // no room, rather than a lost race
    }
    nodes_.say_full_unlocked();
    return 0;
}

// Fills a node, then publishes it. 0: another thread took the slot (look again), or there is no room.
std::uint32_t StackTable::add(Slot* vacant, std::uint32_t parent, std::uint64_t location) {
    const std::uint32_t node = nodes_.append(format::kMaxStacks);
    if (!node) return 0;
    format::StackNode& at = nodes_.at(node);
    at.parent = parent;
    store_release(at.location, location);
    std::uint64_t free = 0;
    if (!compare_exchange(vacant->link, free, make_link(parent, node))) return 0;
    store_release(vacant->location, location);
    return node;
}

// Where there is no room for a copy, the slow way stays.
void StackTable::copy_to_newest(unsigned level, std::uint32_t node, std::uint32_t parent, std::uint64_t location) {
    const Level* newest = load_acquire(newest_);
    if (newest == &levels_[level]) return;
    const Place place = search(*newest, parent, location);
    std::uint64_t free = 0;
    if (place.vacant && compare_exchange(place.vacant->link, free, make_link(parent, node)))
        store_release(place.vacant->location, location);
}

DREGS_COLD bool StackTable::add_level(unsigned level) {
    SlowSection section(*lock_);
    if (!section.held()) return false;
    if (levels_[level].slots) return true;
    auto* slots = static_cast<Slot*>(sys::map_private(slots_of(level) * sizeof(Slot)));
    if (!slots) return false;
    levels_[level].shift = 64 - kFirstBits - 2 * level;
    store_release(levels_[level].slots, slots);
    if (!newest_ || newest_ < &levels_[level]) store_release(newest_, static_cast<const Level*>(&levels_[level]));
    return true;
}

void StackTable::grow_early(std::uint32_t nodes) {
    const auto newest = static_cast<unsigned>(load_acquire(newest_) - levels_);
    if (nodes > slots_of(newest) / 2 && newest + 1 < kLevels) add_level(newest + 1);
}

DREGS_HOT std::uint32_t StackTable::intern(const std::uint64_t* locations, std::uint32_t count, std::uint32_t root) {
    std::uint32_t node = root;
    while (count && node) node = child(node, locations[--count]);
    return node;
}

DREGS_COLD std::uint32_t StackTable::intern_anew(const std::uint64_t* locations, std::uint32_t count,
                                                 std::uint32_t root, std::uint32_t& recent) {
    const std::uint32_t node = intern(locations, count, root);
    store_release(recent, node);
    return node;
}

}  // namespace dregs
