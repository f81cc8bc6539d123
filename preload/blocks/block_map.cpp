#include "preload/blocks/block_map.h"

#include <cerrno>

namespace dregs {
namespace {

constexpr std::uint64_t kMinimumAlignment = 8;

bool begins_at(format::Word word, std::uintptr_t address) {
    return format::word_is_block(word) && format::word_low_address(word) == (address & 0x18);
}

}  // namespace

void BlockMap::attach(TraceFile& file, SlowLock& lock, SideTable& side, bool exclusive_granules) {
    file_ = &file;
    lock_ = &lock;
    side_ = &side;
    exclusive_granules_ = exclusive_granules;
    directory_.attach(file, lock);
}

DREGS_HOT inline BlockMap::Word* BlockMap::make_word(std::uintptr_t address) {
    Word* word = find_word(address);
    if (DREGS_LIKELY(word != nullptr)) return word;
    return make_leaf(address) ? find_word(address) : nullptr;
}

DREGS_COLD bool BlockMap::make_leaf(std::uintptr_t address) {
    if (address >= format::kAddressLimit) return false;
    SlowSection section(*lock_);
    if (!section.held()) return false;
    Branch*& branch = branches_[address >> kBranchShift];
    if (!branch) store_release(branch, static_cast<Branch*>(sys::map_private(sizeof(Branch))));
    if (!branch) return file_->note(format::NoteCode::kGrowthFailed, ENOMEM, "the index of blocks"), false;
    Word*& leaf = branch->leaves[(address >> kLeafShift) % kLeavesPerBranch];
    if (leaf) return true;
    std::uint64_t offset = 0;
    void* space = file_->reserve(format::kLeafBytes, 4096, offset);
    if (!space || !file_->populate(space, format::kLeafBytes)) return false;
    const std::uint32_t entry = directory_.append_locked();
    if (!entry) return false;
    directory_.at(entry).address = address & ~(format::kLeafSpan - 1);
    store_release(directory_.at(entry).offset, offset);
    store_release(leaf, static_cast<Word*>(space));
    return true;
}

inline Block BlockMap::read(Word word, std::uintptr_t address) const {
    std::uint64_t bytes = format::word_inline_bytes(word);
    if (format::word_tag(word) == format::kWordLarge) {
        const Word* size = find_word(address + format::kGranuleBytes);
        bytes = size ? format::size_word_bytes(load_relaxed(*size)) : 0;
    }
    return {bytes, format::word_stack(word), format::word_scope(word)};
}

inline bool BlockMap::publish(Word* at, Word expected, Word word) {
    if (DREGS_LIKELY(exclusive_granules_)) {
        store_release(*at, word);
        return true;
    }
    return compare_exchange(*at, expected, word);
}

DREGS_HOT BlockMap::Insert BlockMap::insert(std::uintptr_t address, const Block& block, Block& replaced) {
    if (DREGS_UNLIKELY(address % kMinimumAlignment != 0)) return insert_aside(address, block, replaced);
    Word* at = make_word(address);
    if (DREGS_UNLIKELY(!at)) return Insert::kNoRoom;
    if (block.bytes >= format::kInlineSizeLimit) {
        Word* size = make_word(address + format::kGranuleBytes);
        if (DREGS_UNLIKELY(!size)) return Insert::kNoRoom;
        // When a neighbour took this granule first the block goes aside and the word stays a stale size: harmless.
        store_relaxed(*size, format::make_size_word(block.bytes));
    }
    const Word old = load_relaxed(*at);
    const bool again = begins_at(old, address);
    if (DREGS_UNLIKELY(again)) replaced = read(old, address);
    if (DREGS_UNLIKELY(format::word_is_block(old) && !again)) return insert_aside(address, block, replaced);
    if (!publish(at, old, format::make_block_word(address, block.bytes, block.stack, block.scope))) {
        return insert_aside(address, block, replaced);
    }
    return again ? Insert::kReplaced : Insert::kDone;
}

DREGS_COLD BlockMap::Insert BlockMap::insert_aside(std::uintptr_t address, const Block& block, Block& replaced) {
    const format::SideBlock entry{address, block.stack, block.scope, block.bytes, 0, 0};
    format::SideBlock former{};
    const SideTable::Insert result = side_->insert(entry, former);
    if (result == SideTable::Insert::kReplaced) replaced = {former.bytes, former.stack, former.scope};
    return result == SideTable::Insert::kDone       ? Insert::kDone
           : result == SideTable::Insert::kReplaced ? Insert::kReplaced
                                                    : Insert::kNoRoom;
}

DREGS_HOT bool BlockMap::take(std::uintptr_t address, Block& out) {
    Word* at = find_word(address);
    if (DREGS_LIKELY(at && begins_at(load_relaxed(*at), address) && address % kMinimumAlignment == 0)) {
        out = read(load_relaxed(*at), address);
        store_release(*at, Word{0});
        return true;
    }
    return take_aside(address, out);
}

bool BlockMap::take_aside(std::uintptr_t address, Block& out) {
    format::SideBlock entry{};
    if (!side_->has_malloc_blocks() || !side_->take(address, entry)) return false;
    out = {entry.bytes, entry.stack, entry.scope};
    return true;
}

bool BlockMap::take_contended(std::uintptr_t address, Block& out) {
    Word* at = address % kMinimumAlignment == 0 ? find_word(address) : nullptr;
    Word word = at ? load_acquire(*at) : Word{0};
    while (begins_at(word, address)) {
        out = read(word, address);
        if (compare_exchange(*at, word, Word{0})) return true;
    }
    return take_aside(address, out);
}

bool BlockMap::look(std::uintptr_t address, Block& out) const {
    const Word* at = address % kMinimumAlignment == 0 ? find_word(address) : nullptr;
    const Word word = at ? load_acquire(*at) : Word{0};
    if (!begins_at(word, address)) return false;
    out = read(word, address);
    return true;
}

bool BlockMap::knows(std::uintptr_t address) const {
    Block known{};
    return look(address, known) || (side_ && side_->has_malloc_blocks() && side_->holds(address));
}

bool BlockMap::move(std::uintptr_t address, std::uint32_t scope, Block& former) {
    Word* at = address % kMinimumAlignment == 0 ? find_word(address) : nullptr;
    Word word = at ? load_acquire(*at) : Word{0};
    while (begins_at(word, address)) {
        former = read(word, address);
        const Word moved = (word & ~(Word{format::kMaxScopes} << 10)) | (Word{scope} << 10);
        if (compare_exchange(*at, word, moved)) return true;
    }
    format::SideBlock aside{};
    if (!side_->has_malloc_blocks() || !side_->move(address, scope, aside)) return false;
    former = {aside.bytes, aside.stack, aside.scope};
    return true;
}

}  // namespace dregs
