// Live blocks by address: a shadow of the address space with one word for each 32-byte granule, no hash, no probe.
//
// Who may write: the thread that owns the address. Between the real malloc's return and the real free's call that is
// exactly one thread, so plain stores do; a program that moves blocks to other scopes may do so in another thread than
// it frees them in, so from its first move on blocks are taken out by compare-and-swap (take_contended). Two blocks
// that begin in one granule (allocators other than glibc's) meet here: the second goes to the side table. Any thread,
// any signal handler; a new leaf takes the slow lock.
#pragma once

#include "preload/blocks/side_table.h"
#include "preload/file/table.h"

namespace dregs {

struct Block {
    std::uint64_t bytes;
    std::uint32_t stack;
    std::uint32_t scope;
};

class BlockMap {
  public:
    // `exclusive_granules`: no two blocks ever begin in one granule (glibc's chunks are 32 bytes apart).
    void attach(TraceFile& file, SlowLock& lock, SideTable& side, bool exclusive_granules);

    // Fetches what insert() will change: that often is in another thread's cache, and the walk of the stack takes as
    // long.
    void prefetch(std::uintptr_t address) const {
        if (const Word* word = find_word(address)) __builtin_prefetch(word, 1);
    }

    enum class Insert { kDone, kReplaced, kNoRoom };
    // Records a block. kReplaced: there was one at this address whose free was not seen; it is in `replaced`.
    Insert insert(std::uintptr_t address, const Block& block, Block& replaced);
    // Takes a block out. False: not known.
    bool take(std::uintptr_t address, Block& out);
    // The same where another thread may move the block at this moment.
    bool take_contended(std::uintptr_t address, Block& out);
    // What is known of a block that the caller owns. False: nothing.
    bool look(std::uintptr_t address, Block& out) const;
    // Whether a block that the caller owns is known.
    bool knows(std::uintptr_t address) const;
    // Changes the scope of a block; `former` is as it was before. False: not known. Another thread may take or move it
    // at this moment, but not by take().
    bool move(std::uintptr_t address, std::uint32_t scope, Block& former);

  private:
    using Word = format::Word;
    static constexpr unsigned kLeafShift = 16;
    static constexpr unsigned kBranchShift = 31;
    static constexpr std::uint64_t kBranches = format::kAddressLimit >> kBranchShift;
    static constexpr std::uint64_t kLeavesPerBranch = std::uint64_t{1} << (kBranchShift - kLeafShift);

    struct Branch {
        Word* leaves[kLeavesPerBranch];
    };

    Word* find_word(std::uintptr_t address) const {
        if (DREGS_UNLIKELY(address >= format::kAddressLimit)) return nullptr;
        const Branch* branch = load_acquire(branches_[address >> kBranchShift]);
        if (DREGS_UNLIKELY(!branch)) return nullptr;
        Word* leaf = load_acquire(branch->leaves[(address >> kLeafShift) % kLeavesPerBranch]);
        if (DREGS_UNLIKELY(!leaf)) return nullptr;
        return &leaf[(address / format::kGranuleBytes) % format::kLeafWords];
    }
    Word* make_word(std::uintptr_t address);
    bool make_leaf(std::uintptr_t address);
    bool publish(Word* at, Word expected, Word word);
    Insert insert_aside(std::uintptr_t address, const Block& block, Block& replaced);
    bool take_aside(std::uintptr_t address, Block& out);
    Block read(Word word, std::uintptr_t address) const;

    TraceFile* file_;
    SlowLock* lock_;
    SideTable* side_;
    bool exclusive_granules_;
    TraceTable<format::Leaf, format::kLeaves, 1024> directory_;
    Branch* branches_[kBranches];
};

}  // namespace dregs
