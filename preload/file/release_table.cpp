// What is not in a thread's book yet. See release_table.h.
#include "preload/file/release_table.h"

namespace dregs {
namespace {

constexpr unsigned kFirstBits = 7;
constexpr unsigned kGrowthBits = 2;

}  // namespace

bool ReleaseBook::keep(std::uint64_t key, format::Release* record) {
    Index* index = index_;
    for (std::uint64_t probe = 0, at = index->home(key); probe < kMostProbes; ++probe, ++at) {
        Entry& entry = index->entry(at);
        format::Release* vacant = nullptr;
        if (entry.record || !compare_exchange(entry.record, vacant, record)) continue;
        store_release(entry.key, key);
        add_local(index->used, 1);
        return true;
    }
    return false;
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
    std::uint64_t run = load_acquire(book.run_);
    for (;;) {
        const auto left = static_cast<std::uint32_t>(run & ((1u << kRunBits) - 1));
        if (left != 0) {
            if (compare_exchange(book.run_, run, run - 1))
                return &records_.at(static_cast<std::uint32_t>(run >> kRunBits) + kRun - left);
            continue;
        }
        const std::uint32_t first = records_.append_run(kRun);
        if (!first) return nullptr;
        const std::uint64_t fresh = std::uint64_t{first} << kRunBits | kRun;
        if (compare_exchange(book.run_, run, fresh)) run = fresh;
    }
}

DREGS_COLD format::Release* ReleaseTable::add(ReleaseBook& book, std::uint64_t key) {
    if (book.pause_ != 0) return --book.pause_, nullptr;
    format::Release* record = book.has_room() || book.grow() ? take_record(book) : nullptr;
    if (!record) {
        book.pause_ = kPause;
        return nullptr;
    }
    store_release(record->key, key);
    // Not kept: its place is far away in a book that is half empty. It is a record more for the same key, then.
    if (!book.keep(key, record) && book.grow()) book.keep(key, record);
    return record;
}

}  // namespace dregs
