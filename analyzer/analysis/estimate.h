// What is live: counted in an exact trace, estimated in a sampled one, with the error of the estimate.
//
// Owns the statistics of sampling. A sampled trace records a block of s bytes with probability
// p = 1 - exp(-max(s, 1) / R), where R is Header.sample_bytes. So a recorded block stands for w = 1 / p blocks, itself
// among them (Horvitz-Thompson), and as blocks are drawn independently of each other the variances of those sums are
// estimated without bias by the sums of w (w - 1) and of s² w (w - 1). Groups are added up, rounded only when they are
// shown; an exact trace's sums stay integers. Knows nothing of traces. Used by everything that counts live blocks.
#pragma once

#include <cstdint>

#include "analyzer/analysis/tally.h"

namespace dregs {

// What recorded blocks stand for beside themselves. All zero in an exact trace.
struct Unsampled {
    double blocks = 0;  // sum of w - 1
    double bytes = 0;   // sum of s (w - 1)
    double blocks_variance = 0;
    double bytes_variance = 0;

    Unsampled& operator+=(const Unsampled& other);
    Unsampled& operator-=(const Unsampled& other);  // not below nothing
};

// Of one recorded block. Finite whatever the file says; `sample_bytes` is not 0.
Unsampled unsampled_beside(std::uint64_t bytes, std::uint32_t sample_bytes);

class Estimate {
  public:
    Estimate() = default;
    Estimate(const Tally& recorded) : recorded_(recorded) {}  // implicit: a count is an estimate without an error
    Estimate(const Tally& recorded, const Unsampled& unsampled) : recorded_(recorded), unsampled_(unsampled) {}

    // Rounded.
    std::uint64_t blocks() const;
    std::uint64_t bytes() const;
    // For sums of many small ones.
    double unrounded_blocks() const { return static_cast<double>(recorded_.blocks) + unsampled_.blocks; }
    double unrounded_bytes() const { return static_cast<double>(recorded_.bytes) + unsampled_.bytes; }
    Tally rounded() const { return {blocks(), bytes()}; }
    // The blocks behind the estimate, each of which is there for certain.
    const Tally& recorded() const { return recorded_; }
    // What they stand for beside themselves, not rounded.
    const Unsampled& unsampled() const { return unsampled_; }
    // 95 % half widths; 0 where every block was counted.
    Tally error() const;
    double blocks_variance() const { return unsampled_.blocks_variance; }
    double bytes_variance() const { return unsampled_.bytes_variance; }

    Estimate& operator+=(const Estimate& other);
    Estimate& operator-=(const Estimate& other);

  private:
    friend Tally difference_error(const Estimate& a, const Estimate& b);

    Tally recorded_;
    Unsampled unsampled_;
};

// 95 % half widths of a - b, as if the two were independent: they are in different processes. Of one process at two
// moments they share blocks that are still live, and the true error is smaller.
Tally difference_error(const Estimate& a, const Estimate& b);

// now - before, at the ends of its range instead of beyond.
std::int64_t difference(std::uint64_t now, std::uint64_t before);

}  // namespace dregs
