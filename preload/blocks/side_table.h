// Blocks that the block map has no word for: pool blocks, and malloc blocks whose granule is taken.
//
// A lock-free hash table in the trace file, keyed by address; the pool flag tells a pool's block from the malloc block
// that may begin at the same address. Levels of double size; slots never used are taken in the newest only, so that the
// older ones stay half empty and a search that finds nothing in them ends soon, at the first such slot of each. Slots
// come free again: a tombstone or a block of a pool that has been emptied since is used anew. Any thread. A record is
// claimed by compare-and-swap before it is changed; who wants the same one meanwhile waits for it.
#pragma once

#include "preload/file/table.h"
#include "preload/scopes/scope_table.h"

namespace dregs {

class SideTable : public TableSegments {
  public:
    void attach(TraceFile& file, SlowLock& lock, const ScopeTable& scopes);

    enum class Insert { kDone, kReplaced, kNoRoom };
    // `block.key` is the address, with format::kSidePool for a pool's block.
    Insert insert(const format::SideBlock& block, format::SideBlock& replaced);
    bool take(std::uint64_t key, format::SideBlock& out);
    bool move(std::uint64_t key, std::uint32_t scope, format::SideBlock& former);
    bool holds(std::uint64_t key) const;
    bool has_malloc_blocks() const { return load_relaxed(malloc_blocks_) != 0; }

  private:
    using Record = format::SideBlock;
    static constexpr std::uint32_t kFirstRecords = 4096;
    static constexpr unsigned kLevels = 20;
    static constexpr unsigned kWindow = 8;
    // How often to look whether a change is over. A signal handler may have interrupted the one that it waits for.
    static constexpr unsigned kYields = 100;
    static constexpr unsigned kTries = 2000;

    struct Search {
        Record* found;
        Record* vacant;            // first that may be taken
        std::uint64_t vacant_key;  // what stood there
        Record* spare;             // one never used, in an older level: for when there can be no newer
        bool claimed;              // it is there, but being changed
    };
    Record* level(unsigned number) const { return reinterpret_cast<Record*>(segment(number)); }
    void search_level(unsigned number, bool newest, std::uint64_t key, Search& search) const;
    Search search_once(std::uint64_t key) const;
    Search search(std::uint64_t key) const;
    bool is_vacant(const Record& record, std::uint64_t key) const;
    bool make_level();
    bool claim(Record& at, std::uint64_t seen, std::uint64_t key) const;
    Record* hold(std::uint64_t key, Search& place, Record& held) const;
    static void fill(Record& at, const Record& block);

    const ScopeTable* scopes_;
    std::uint32_t malloc_blocks_;
    unsigned level_count_;
};

}  // namespace dregs
