// One table of the trace file: records addressed by a 32-bit index, in segments that double in size and never move.
//
// Owns: the process's pointers to the segments. Index 0 is never handed out: it means "none". `append` is lock-free but
// for the one call in thousands that finds no room and takes the slow lock. Zero bytes are a valid detached table.
#pragma once

#include <cstdint>

#include "dregs/trace_format.h"
#include "preload/file/trace_file.h"
#include "preload/system/atomics.h"
#include "preload/system/attributes.h"
#include "preload/system/guard.h"

namespace dregs {

// What all tables share, whatever their records: kept out of the template.
class TableSegments {
  public:
    // `first_records` must be a power of two. The table's first index is `first_index`.
    void attach(TraceFile& file, SlowLock& lock, format::TableId id, std::uint32_t record_bytes,
                std::uint32_t first_records, std::uint32_t first_index);

    static unsigned segment_of(std::uint64_t index, unsigned shift) {
        return 63u - static_cast<unsigned>(__builtin_clzll((index >> shift) + 1));
    }
    static std::uint64_t first_index_of(unsigned segment, unsigned shift) {
        return ((std::uint64_t{1} << segment) - 1) << shift;
    }

  protected:
    char* segment(unsigned number) const { return load_acquire(segments_[number]); }
    std::uint64_t next_index() const { return load_relaxed(header_->count); }
    std::uint64_t take_index(std::uint64_t count = 1) { return fetch_add(header_->count, count); }
    std::uint64_t usable() const { return load_acquire(usable_); }
    // Makes records up to and including `index` usable. False: the file is full. Takes the slow lock.
    bool grow(std::uint64_t index);
    // The same for callers that hold the lock.
    bool grow_locked(std::uint64_t index);
    enum class Populate { kNow, kLater };
    // True when the segment is there. Callers hold the lock.
    bool add_segment(unsigned number, Populate populate);
    // Says once in the trace that there are as many records as there can be. Takes the slow lock; note_full_locked() is
    // for callers that hold it.
    void note_full();
    void note_full_locked();
    format::Table& header() { return *header_; }
    SlowLock& lock() { return *lock_; }

  private:
    std::uint64_t segment_records(unsigned number) const { return std::uint64_t{header_->first_records} << number; }

    TraceFile* file_;
    SlowLock* lock_;
    format::Table* header_;
    unsigned shift_;
    std::uint64_t usable_;  // records below are populated
    std::uint32_t noted_full_;
    char* segments_[format::kMaxSegments];
};

template <typename Record, format::TableId kId, std::uint32_t kFirstRecords>
class TraceTable : public TableSegments {
    static_assert((kFirstRecords & (kFirstRecords - 1)) == 0);

  public:
    void attach(TraceFile& file, SlowLock& lock, std::uint32_t first_index = 1) {
        TableSegments::attach(file, lock, kId, sizeof(Record), kFirstRecords, first_index);
    }

    // A record known to exist: its index came from append().
    Record& at(std::uint32_t index) const {
        const unsigned number = segment_of(index, kShift);
        return reinterpret_cast<Record*>(segment(number))[index - first_index_of(number, kShift)];
    }

    // The segment that a record known to exist lies in: neighbours are found there at less cost than by at().
    struct Run {
        Record* records;
        std::uint32_t first;
        std::uint32_t count;

        bool holds(std::uint32_t index) const { return index - first < count; }
        Record& at(std::uint32_t index) const { return records[index - first]; }
    };
    Run run_of(std::uint32_t index) const {
        const unsigned number = segment_of(index, kShift);
        return {reinterpret_cast<Record*>(segment(number)), static_cast<std::uint32_t>(first_index_of(number, kShift)),
                kFirstRecords << number};
    }

    // A record under an index from outside (a handle): null when there is none.
    Record* find(std::uint32_t index) const { return index && index < usable() ? &at(index) : nullptr; }

    // The index of a fresh zeroed record; 0 when there is no room or it would pass `most`. Looks before it takes one:
    // were there room again, the table would have to grow over all that were taken in vain.
    std::uint32_t append(std::uint32_t most = 0xFFFFFFFE) {
        const std::uint64_t next = next_index();
        if (DREGS_UNLIKELY(next > most)) return note_full(), 0;
        if (DREGS_UNLIKELY(next >= usable()) && !grow(next)) return 0;
        const std::uint64_t index = take_index();
        if (DREGS_UNLIKELY(index > most)) return note_full(), 0;
        if (DREGS_UNLIKELY(index >= usable()) && !grow(index)) return 0;
        return static_cast<std::uint32_t>(index);
    }

    // The first of `count` fresh neighbours; 0 when there is no room. A table whose first index is a multiple of
    // `count`, itself a power of two, and whose records are all handed out so has each run in as few cache lines as it
    // fits.
    std::uint32_t append_run(std::uint32_t count) {
        const std::uint64_t most = 0xFFFFFFFF - count;
        const std::uint64_t next = next_index();
        if (DREGS_UNLIKELY(next > most)) return note_full(), 0;
        if (next + count > usable() && !grow(next + count - 1)) return 0;
        const std::uint64_t index = take_index(count);
        if (DREGS_UNLIKELY(index > most)) return note_full(), 0;
        if (index + count > usable() && !grow(index + count - 1)) return 0;
        return static_cast<std::uint32_t>(index);
    }

    // The caller holds the slow lock and has found that there are as many as it can take.
    void say_full() { note_full_locked(); }
    // The same for callers that do not hold it.
    void say_full_unlocked() { note_full(); }

    // For callers that hold the slow lock.
    std::uint32_t append_locked(std::uint32_t most = 0xFFFFFFFE) {
        const std::uint64_t next = next_index();
        if (DREGS_UNLIKELY(next > most)) return note_full_locked(), 0;
        if (next >= usable() && !grow_locked(next)) return 0;
        return static_cast<std::uint32_t>(take_index());
    }

  protected:
    static constexpr unsigned kShift = static_cast<unsigned>(__builtin_ctz(kFirstRecords));
};

}  // namespace dregs
