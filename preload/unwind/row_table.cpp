// The rare paths of the row table: a key not in the newest level, insertion, growth, forgetting. See row_table.h.
#include "preload/unwind/row_table.h"

#include "preload/system/sys.h"

namespace dregs {

RowTable::Hit RowTable::find(std::uint64_t key) {
    const unsigned count = level_count_.load(std::memory_order_acquire);
    for (unsigned index = count; index-- > 0;) {
        const Hit hit = find_in(level(index), key);
        if (hit.row.kind() == RowKind::kNone) continue;
        if (index + 1 != count) place(level(count - 1), hit);
        return hit;
    }
    return {0, Row()};
}

void RowTable::insert(const Hit& hit) {
    const unsigned count = level_count_.load(std::memory_order_acquire);
    if (count > 0 && place(level(count - 1), hit) == Placed::kYes) return;
    if (grow(count)) place(newest(), hit);
}

RowTable::Placed RowTable::place(const Level& level, const Hit& hit) {
    Entry* const first = level.entries + slot_of(level, hit.location & kKeyMask);
    for (;;) {
        Entry* vacant = nullptr;
        std::uint64_t former = 0;
        for (Entry* entry = first; entry != first + kWindow; ++entry) {
            const std::uint64_t location = entry->location.load(std::memory_order_acquire);
            if (key_of(location) == key_of(hit.location)) return Placed::kYes;
            if (vacant == nullptr && (location == 0 || location == kForgotten)) {
                vacant = entry;
                former = location;
            }
            if (location == 0) break;
        }
        if (vacant == nullptr) return Placed::kFull;
        if (vacant->location.compare_exchange_strong(former, hit.location, std::memory_order_acq_rel)) {
            vacant->row.store(hit.row.bits(), std::memory_order_release);
            return Placed::kYes;
        }
    }
}

// Adds level `count` unless another thread has done so. False: there is no memory, or enough levels.
bool RowTable::grow(unsigned count) {
    if (count == kLevels) return false;
    if (levels_[count].load(std::memory_order_acquire) == nullptr) {
        auto* entries = static_cast<Entry*>(sys::map_private((entries_of(count) + kWindow) * sizeof(Entry)));
        if (entries == nullptr) return false;
        Entry* none = nullptr;
        if (!levels_[count].compare_exchange_strong(none, entries, std::memory_order_acq_rel))
            sys::unmap(entries, (entries_of(count) + kWindow) * sizeof(Entry));
    }
    unsigned before = count;
    level_count_.compare_exchange_strong(before, count + 1, std::memory_order_acq_rel);
    return true;
}

void RowTable::forget(std::uint32_t module) {
    const unsigned count = level_count_.load(std::memory_order_acquire);
    for (unsigned index = 0; index < count; ++index) {
        const Level all = level(index);
        for (Entry* entry = all.entries; entry != all.entries + entries_of(index) + kWindow; ++entry) {
            const std::uint64_t location = entry->location.load(std::memory_order_acquire);
            if (format::location_module(location) != module) continue;
            entry->row.store(0, std::memory_order_release);
            entry->location.store(kForgotten, std::memory_order_release);
        }
    }
}

}  // namespace dregs
