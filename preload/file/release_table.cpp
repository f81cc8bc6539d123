// What is not in a thread's book yet. See release_table.h.
#include "preload/file/release_table.h"

namespace dregs {
namespace {

constexpr unsigned kFirstBits = 7;
constexpr unsigned kGrowthBits = 2;

}  // namespace

// Null: the book must grow first.
ReleaseBook::Entry* ReleaseBook::vacant(std::uint64_t key) {
    Index* index = index_;
    if (!index || index->used > index->mask / 2) return nullptr;
    for (std::uint64_t probe = 0, at = index->home(key); probe < kMostProbes; ++probe, ++at) {
        Entry& entry = index->entry(at);
        if (entry.key == 0) return &entry;
    }
    return nullptr;
}

// The former one is not given back: all of them together are a third of the new one.
bool ReleaseBook::grow() {
    Index* const former = index_;
    const unsigned bits = former ? 64 - former->shift + kGrowthBits : kFirstBits;
    const std::uint64_t entries = std::uint64_t{1} << bits;
    auto* grown = static_cast<Index*>(sys::map_private(sizeof(Index) + entries * sizeof(Entry)));
    if (!grown) return false;
    grown->mask = entries - 1;
    grown->shift = 64 - bits;
    for (std::uint64_t i = 0; former && i <= former->mask; ++i) {
        const Entry& entry = former->entry(i);
        if (entry.key == 0) continue;
        std::uint64_t at = grown->home(entry.key);
        while (grown->entry(at).key != 0) ++at;
        grown->entry(at) = entry;
        ++grown->used;
    }
    store_release(index_, grown);
    return true;
}

// Taken out of the run before it is used: one that is not used after all stays zero.
format::Release* ReleaseTable::take_record(ReleaseBook& book) {
    if (book.run_left_ == 0) {
        const std::uint32_t first = records_.append_run(kRun);
        if (!first) return nullptr;
        book.run_end_ = &records_.at(first) + kRun;
        store_release(book.run_left_, kRun);
    }
    const std::uint32_t left = book.run_left_;
    store_release(book.run_left_, left - 1);
    return book.run_end_ - left;
}

DREGS_COLD format::Release* ReleaseTable::add(ReleaseBook& book, std::uint64_t key) {
    if (book.pause_ != 0) return --book.pause_, nullptr;
    ReleaseBook::Entry* entry = book.vacant(key);
    if (!entry && book.grow()) entry = book.vacant(key);
    format::Release* record = entry ? take_record(book) : nullptr;
    if (!record) {
        book.pause_ = kPause;
        return nullptr;
    }
    store_release(record->key, key);
    entry->record = record;
    store_release(entry->key, key);
    ++book.index_->used;
    return record;
}

}  // namespace dregs
