// Where blocks are released, as a matrix of stacks: one record in the trace for each pair that occurred, and of each
// thread, so that a record has one writer and counting is a plain addition.
//
// The records are in the trace file; a thread finds its own through a book of its own, which nobody else reads: no
// lock, no compare-and-swap, and the file holds no empty slots. Records are handed to a thread by runs of whole cache
// lines. A book grows by being copied; a signal handler that interrupts its use has another one. Its changes are single
// stores, each of which leaves it valid, for a handler may leave by siglongjmp. Zero bytes are a valid empty book and a
// valid detached table.
#pragma once

#include "preload/file/table.h"

namespace dregs {

class ReleaseBook {
  public:
    // The record of `key`; null: not known.
    DREGS_INLINE format::Release* find(std::uint64_t key) const {
        const Index* index = index_;
        if (DREGS_UNLIKELY(!index)) return nullptr;
        for (std::uint64_t probe = 0, at = index->home(key); probe < kMostProbes; ++probe, ++at) {
            const Entry& entry = index->entry(at);
            if (DREGS_LIKELY(entry.key == key)) return entry.record;
            if (entry.key == 0 && !entry.record) break;
        }
        return nullptr;
    }

  private:
    friend class ReleaseTable;
    static constexpr std::uint64_t kMostProbes = 64;

    // Taken by its record, by compare-and-swap: where a handler is not known for one (it goes on on another stack), it
    // may add to the book in the middle of an addition.
    struct Entry {
        std::uint64_t key;  // 0: free, or not yet in use. Written last
        format::Release* record;
    };
    // Stands before the entries.
    struct alignas(64) Index {
        std::uint64_t mask;
        std::uint64_t used;
        unsigned shift;

        std::uint64_t home(std::uint64_t key) const { return key * 0x9E3779B97F4A7C15u >> shift; }
        Entry& entry(std::uint64_t at) { return reinterpret_cast<Entry*>(this + 1)[at & mask]; }
        const Entry& entry(std::uint64_t at) const { return reinterpret_cast<const Entry*>(this + 1)[at & mask]; }
    };

    bool has_room() const { return index_ && index_->used <= index_->mask / 2; }
    // False: no place for it, the book must grow first.
    bool keep(std::uint64_t key, format::Release* record);
    bool grow();

    Index* index_;
    std::uint64_t
        run_;  // of the records that were handed to this thread: the first's index, and below it how many are left
    std::uint32_t pause_;  // so many times there is no use in asking for room
};

class ReleaseTable {
  public:
    void attach(TraceFile& file, SlowLock& lock) { records_.attach(file, lock, kRun); }

    // The calling thread's record of `key`, which is not 0. Null: there is no room.
    DREGS_INLINE format::Release* find_or_add(ReleaseBook& book, std::uint64_t key) {
        format::Release* known = book.find(key);
        return DREGS_LIKELY(known != nullptr) ? known : add(book, key);
    }

  private:
    static constexpr std::uint32_t kRun = 8;
    static constexpr unsigned kRunBits = 8;  // of how many are left
    static constexpr std::uint32_t kPause = 4096;

    format::Release* add(ReleaseBook& book, std::uint64_t key);
    format::Release* take_record(ReleaseBook& book);

    TraceTable<format::Release, format::kReleases, 1024> records_;
};

}  // namespace dregs
