// What the last minute's samples say together: rates, and the course of a number.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "analyzer/live/sample.h"

namespace dregs {

class LiveHistory {
  public:
    void add(const LiveSample& sample);

    // Changes a second over the time that is kept; 0 before there are two samples.
    double blocks_rate() const;
    double bytes_rate() const;
    double alloc_rate() const;
    double free_rate() const;
    // Of a site's live blocks. A site that a kept sample has not seen had none then.
    double rate_of(const std::string& key) const;

    // Live blocks, oldest first.
    std::vector<std::uint64_t> blocks() const { return course(&Moment::blocks); }
    std::vector<std::uint64_t> bytes() const { return course(&Moment::bytes); }

  private:
    static constexpr double kSeconds = 60;

    struct Moment {
        double seconds;
        std::uint64_t blocks, bytes, alloc_calls, free_calls;
        absl::flat_hash_map<std::string, std::uint64_t> sites;
    };
    double rate(std::uint64_t Moment::*number) const;
    std::vector<std::uint64_t> course(std::uint64_t Moment::*number) const;
    double span() const;

    std::deque<Moment> moments_;
};

// As bars from the least to the most, the last `width` of them. Of numbers that are all the same a line in the middle.
std::string sparkline(const std::vector<std::uint64_t>& numbers, std::size_t width, bool utf8);

}  // namespace dregs
