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
    double rate_of(const std::string& site) const;
    // Of a kind of scope: how often it is entered, and how many blocks are left behind.
    double enter_rate(const std::string& kind) const;
    double survivor_rate(const std::string& kind) const;

    // Of these it keeps few, however often somebody reads.
    std::size_t readings_with_sites() const { return parts_.size(); }

    // Live blocks, oldest first.
    std::vector<std::uint64_t> blocks() const { return course(&Moment::blocks); }
    std::vector<std::uint64_t> bytes() const { return course(&Moment::bytes); }

  private:
    static constexpr double kSeconds = 60;
    static constexpr double kApart = 5;

    struct Moment {
        double seconds;
        std::uint64_t blocks, bytes, alloc_calls, free_calls;
    };
    using Numbers = absl::flat_hash_map<std::string, std::uint64_t>;
    struct Parts {
        double seconds;
        Numbers sites;               // live blocks
        Numbers entered, survivors;  // of kinds
    };
    double rate_in(Numbers Parts::*numbers, const std::string& key) const;
    double rate(std::uint64_t Moment::*number) const;
    std::vector<std::uint64_t> course(std::uint64_t Moment::*number) const;
    double span() const;

    std::deque<Moment> moments_;
    std::deque<Parts> parts_;  // there can be many sites: those that are kept are kApart apart, but for the newest
};

// As bars from the least to the most, the last `width` of them. Of numbers that are all the same a line in the middle.
std::string sparkline(const std::vector<std::uint64_t>& numbers, std::size_t width, bool utf8);

}  // namespace dregs
