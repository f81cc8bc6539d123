// Address ranges that may nest or overlap, and which of them an address belongs to.
//
// Owns the one rule used for symbols, units, functions and inlined functions alike: the deepest range wins, then the
// one that begins last, then the shortest, then the one added first. Ranges are added, then seal() cuts them into
// disjoint pieces once (n log n); find() is a binary search. Input may be hostile: any ranges, any order.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <queue>
#include <vector>

#include "analyzer/symbols/symbol_budget.h"

namespace dregs {

template <typename Value>
class RangeMap {
  public:
    struct Range {
        std::uint64_t begin;
        std::uint64_t end;
        std::uint32_t depth;
        Value value;
    };

    void add(std::uint64_t begin, std::uint64_t end, Value value, std::uint32_t depth = 0) {
        if (begin < end) ranges_.push_back({begin, end, depth, value});
    }

    // The budget is asked for what sorting takes, and now and then.
    void seal(ModuleBudget& budget) {
        budget.reserve(ranges_.size() * kSealCost);
        std::stable_sort(ranges_.begin(), ranges_.end(),
                         [](const Range& a, const Range& b) { return a.begin < b.begin; });
        pieces_.clear();
        cut_into_pieces(boundaries(), budget);
        pieces_.shrink_to_fit();
    }

    // The whole range that `address` belongs to; null: none.
    const Range* find(std::uint64_t address) const {
        auto after = std::upper_bound(pieces_.begin(), pieces_.end(), address,
                                      [](std::uint64_t a, const Piece& piece) { return a < piece.begin; });
        if (after == pieces_.begin()) return nullptr;
        const Piece& piece = *(after - 1);
        return piece.range == kGap ? nullptr : &ranges_[piece.range];
    }

    std::size_t size() const { return ranges_.size(); }
    const std::vector<Range>& ranges() const { return ranges_; }

  private:
    static constexpr std::size_t kGap = SIZE_MAX;
    static constexpr std::size_t kSealCost = 64;  // bytes a range, while all are cut
    struct Piece {                                // reaches to the next piece
        std::uint64_t begin;
        std::size_t range;
    };

    std::vector<std::uint64_t> boundaries() const {
        std::vector<std::uint64_t> places;
        places.reserve(ranges_.size() * 2);
        for (const Range& range : ranges_) {
            places.push_back(range.begin);
            places.push_back(range.end);
        }
        std::sort(places.begin(), places.end());
        places.erase(std::unique(places.begin(), places.end()), places.end());
        return places;
    }

    bool yields(std::size_t a, std::size_t b) const {  // whether b wins over a
        const Range& x = ranges_[a];
        const Range& y = ranges_[b];
        if (x.depth != y.depth) return x.depth < y.depth;
        if (x.begin != y.begin) return x.begin < y.begin;
        if (x.end != y.end) return x.end > y.end;
        return a > b;
    }

    void cut_into_pieces(const std::vector<std::uint64_t>& places, ModuleBudget& budget) {
        auto order = [this](std::size_t a, std::size_t b) { return yields(a, b); };
        std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(order)> open(order);
        std::size_t next = 0;
        for (std::uint64_t place : places) {
            budget.step();
            while (next < ranges_.size() && ranges_[next].begin == place) open.push(next++);
            while (!open.empty() && ranges_[open.top()].end <= place) open.pop();
            const std::size_t winner = open.empty() ? kGap : open.top();
            if (pieces_.empty() || pieces_.back().range != winner) pieces_.push_back({place, winner});
        }
    }

    std::vector<Range> ranges_;
    std::vector<Piece> pieces_;
};

}  // namespace dregs
