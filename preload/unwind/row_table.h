// All rows that the process has learned, by pc: lock-free, insert-only but for modules that are unloaded.
//
// Owns: the table's memory (never given back). It grows by levels, each four times the one before; nothing is rehashed:
// a row found in an older level is copied to the newest, where later look-ups find it at once. All-zero bytes are a
// valid empty table. A key is a trace location without its module (pc and the exact flag), a hit is the whole location.
// Any thread, any signal handler. Called by unwind.cpp.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "dregs/trace_format.h"
#include "preload/unwind/unwind_row.h"

namespace dregs {

class RowTable {
  public:
    struct Entry {
        std::atomic<std::uint64_t> location;  // 0: free; kForgotten: was used
        std::atomic<std::uint64_t> row;       // 0: being written
    };
    struct Hit {
        std::uint64_t location;
        Row row;  // RowKind::kNone: not found
    };
    // The newest level, to be fetched once a walk. It stays good when the table grows.
    struct Level {
        Entry* entries;
        unsigned shift;
    };

    static constexpr std::uint64_t key_of(std::uint64_t location) { return location & kKeyMask; }

    Level newest() const {
        const unsigned count = level_count_.load(std::memory_order_acquire);
        return count == 0 ? Level{nullptr, 0} : level(count - 1);
    }

    // `key` is not 0.
    static Hit find_in(const Level& level, std::uint64_t key) {
        const Entry* entry = level.entries + slot_of(level, key);
        for (const Entry* last = entry + kWindow; entry != last; ++entry) {
            const std::uint64_t location = entry->location.load(std::memory_order_acquire);
            if (key_of(location) == key) return read(*entry, location);
            if (location == 0) break;
        }
        return {0, Row()};
    }

    // Looks in every level.
    Hit find(std::uint64_t key);
    void insert(const Hit& hit);
    // Drops all rows of a module.
    void forget(std::uint32_t module);

  private:
    static constexpr std::uint64_t kKeyMask = (std::uint64_t{1} << format::kLocationModuleShift) - 1;
    static constexpr std::uint64_t kForgotten = 1;
    static constexpr unsigned kLevels = 6;
    static constexpr unsigned kFirstBits = 12;
    static constexpr unsigned kWindow = 8;  // a key lies within so many entries of its slot

    static constexpr std::size_t entries_of(unsigned index) { return std::size_t{1} << (kFirstBits + 2 * index); }
    static std::size_t slot_of(const Level& level, std::uint64_t key) {
        return static_cast<std::size_t>((key * 0x9E3779B97F4A7C15u) >> level.shift);
    }
    // An entry may be forgotten and used again between two loads: then this is no hit.
    static Hit read(const Entry& entry, std::uint64_t location) {
        const Row row(entry.row.load(std::memory_order_acquire));
        return entry.location.load(std::memory_order_relaxed) == location ? Hit{location, row} : Hit{0, Row()};
    }

    Level level(unsigned index) const {
        return {levels_[index].load(std::memory_order_acquire), 64 - kFirstBits - 2 * index};
    }
    enum class Placed : std::uint8_t { kYes, kFull };
    static Placed place(const Level& level, const Hit& hit);
    bool grow(unsigned count);

    std::atomic<unsigned> level_count_;
    std::atomic<Entry*> levels_[kLevels];
};

}  // namespace dregs
