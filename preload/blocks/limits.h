// Limits on live bytes, as cjdns' allocators have them: of all blocks, and of the blocks in scopes of one kind.
//
// Owns the sums and whether each limit was passed. Counts blocks of the malloc family as they are recorded; pools'
// blocks lie in such. Only where a limit was asked for is it called at all: its sums are shared by all threads. A child
// counts its own blocks. No lock, no allocation; any thread, any signal handler. Zero bytes are the valid state "no
// limit".
#pragma once

#include <cstddef>
#include <cstdint>

#include "preload/scopes/kinds.h"

namespace dregs {

class Limits {
  public:
    static constexpr std::uint32_t kMost = 16;
    static constexpr std::size_t kNameBytes = 64;

    // "64M,packet:1M": of all blocks 64 MiB, of those in packets 1 MiB; K, M, G for powers of 1024. What is no limit is
    // left out. Called once, before any block.
    void read(const char* text, const Kinds& kinds);
    bool any() const { return count_ != 0; }

    // A block of `bytes` comes into a scope of this kind, or goes.
    void add(std::uint32_t kind, std::uint64_t bytes);
    void subtract(std::uint32_t kind, std::uint64_t bytes);
    void move(std::uint32_t from_kind, std::uint32_t to_kind, std::uint64_t bytes);
    // The name of a limit that the blocks, with `more` bytes in a scope of this kind, are beyond: "" of all blocks, or
    // a kind; null: of none.
    const char* passed(std::uint32_t kind, std::uint64_t more);
    // The same, but each limit once only.
    const char* newly_passed(std::uint32_t kind, std::uint64_t more);

  private:
    struct alignas(64) Limit {
        std::int64_t live;
        std::int64_t most;
        std::uint32_t told;  // 1: that it was passed
        char name[kNameBytes];
    };
    static constexpr std::uint8_t kUnlimited = 255;

    const char* read_one(const char* text);
    Limit* of_kind(std::uint32_t kind);
    Limit* find_passed(std::uint32_t kind, std::uint64_t more);

    const Kinds* kinds_;
    std::uint32_t count_;
    Limit limits_[kMost];
    std::uint8_t of_kind_[kMaxKinds];  // 1 + place of its limit; 0: not asked yet
};

}  // namespace dregs
