#include "preload/blocks/side_table.h"

namespace dregs {

void SideTable::attach(TraceFile& file, SlowLock& lock, const ScopeTable& scopes) {
    TableSegments::attach(file, lock, format::kSideBlocks, sizeof(Record), kFirstRecords, 0);
    scopes_ = &scopes;
}

// A slot that was never used, was given back, or holds a block of a pool that has been emptied since.
bool SideTable::is_vacant(const Record& record, std::uint64_t key) const {
    if (key == 0 || key == format::kSideTomb) return true;
    if (!(key & format::kSidePool) || (key & format::kSideClaimed)) return false;
    const format::Scope* pool = scopes_->find(load_relaxed(record.scope));
    return !pool || load_relaxed(pool->epoch) != load_relaxed(record.epoch) ||
           format::scope_generation(load_relaxed(pool->status)) != load_relaxed(record.generation);
}

void SideTable::search_level(unsigned number, bool newest, std::uint64_t key, Search& search) const {
    Record* records = level(number);
    const std::uint64_t mask = (std::uint64_t{kFirstRecords} << number) - 1;
    const std::uint64_t begin = (key * 0x9E3779B97F4A7C15u) >> 20;
    for (unsigned i = 0; i < kWindow; ++i) {
        Record& record = records[(begin + i) & mask];
        const std::uint64_t found = load_acquire(record.key);
        search.claimed = found == (key | format::kSideClaimed);
        if (found == key) search.found = &record;
        if (found == key || search.claimed) return;
        if (found == 0 && !newest) {
            search.spare = &record;
            return;
        }
        if (!search.vacant && is_vacant(record, found)) search.vacant = &record, search.vacant_key = found;
        if (found == 0) return;
    }
}

SideTable::Search SideTable::search_once(std::uint64_t key) const {
    Search result{};
    const unsigned levels = load_acquire(level_count_);
    for (unsigned number = levels; number-- > 0 && !result.found && !result.claimed;)
        search_level(number, number + 1 == levels, key, result);
    return result;
}

SideTable::Search SideTable::search(std::uint64_t key) const {
    Search result = search_once(key);
    for (unsigned i = 0; DREGS_UNLIKELY(result.claimed) && i < kTries; ++i) {
        i < kYields ? sys::yield() : sys::nap();
        result = search_once(key);
    }
    return result;
}

DREGS_COLD bool SideTable::make_level() {
    SlowSection section(lock());
    if (!section.held()) return false;
    if (level_count_ >= kLevels) return note_full_locked(), false;
    if (!add_segment(level_count_, Populate::kNow)) return false;
    header().count += std::uint64_t{kFirstRecords} << level_count_;
    store_release(level_count_, level_count_ + 1);
    return true;
}

void SideTable::fill(Record& at, const Record& block) {
    at.stack = block.stack;
    store_relaxed(at.scope, block.scope);
    at.bytes = block.bytes;
    store_relaxed(at.epoch, block.epoch);
    store_relaxed(at.generation, block.generation);
    store_release(at.key, block.key);
}

// Takes a slot that was seen to be vacant. False: it is not, or not any more. One that held a block of an emptied pool
// may have got the same block back meanwhile, which shows only when nobody else can change it: until then it is claimed
// in that block's name, so that who looks for it waits.
bool SideTable::claim(Record& at, std::uint64_t seen, std::uint64_t key) const {
    const bool held_block = seen != 0 && seen != format::kSideTomb;
    std::uint64_t expected = seen;
    if (!compare_exchange(at.key, expected, (held_block ? seen : key) | format::kSideClaimed)) return false;
    if (held_block && !is_vacant(at, seen)) {
        store_release(at.key, seen);
        return false;
    }
    store_release(at.key, key | format::kSideClaimed);
    return true;
}

// Finds a block's record and makes it the caller's alone for a moment; what stands in it is in `held`. Null: there is
// none. Until the key is stored again others wait.
SideTable::Record* SideTable::hold(std::uint64_t key, Search& place, Record& held) const {
    for (;;) {
        place = search(key);
        if (!place.found) return nullptr;
        Record& at = *place.found;
        std::uint64_t expected = key;
        if (!compare_exchange(at.key, expected, key | format::kSideClaimed)) continue;
        held = {key, at.stack, at.scope, at.bytes, at.epoch, at.generation};
        return &at;
    }
}

SideTable::Insert SideTable::insert(const Record& block, Record& replaced) {
    if (!(block.key & format::kSidePool)) store_relaxed(malloc_blocks_, 1u);
    for (;;) {
        Search place{};
        if (Record* at = hold(block.key, place, replaced)) {
            const bool stale = is_vacant(*at, block.key);
            fill(*at, block);
            return stale ? Insert::kDone : Insert::kReplaced;
        }
        if (!place.vacant) {
            if (make_level()) continue;
            if (!place.spare) return Insert::kNoRoom;
            place.vacant = place.spare, place.vacant_key = 0;
        }
        if (!claim(*place.vacant, place.vacant_key, block.key)) continue;
        fill(*place.vacant, block);
        return Insert::kDone;
    }
}

bool SideTable::take(std::uint64_t key, Record& out) {
    Search place{};
    Record* at = hold(key, place, out);
    if (!at) return false;
    const bool live = !is_vacant(*at, key);
    store_release(at->key, format::kSideTomb);
    return live;
}

bool SideTable::holds(std::uint64_t key) const {
    const Search place = search(key);
    return place.claimed || (place.found && !is_vacant(*place.found, key));
}

bool SideTable::move(std::uint64_t key, std::uint32_t scope, format::SideBlock& former) {
    Search place{};
    Record held{};
    Record* at = hold(key, place, held);
    if (!at) return false;
    former = held;
    store_relaxed(at->scope, scope);
    store_release(at->key, key);
    return true;
}

}  // namespace dregs
