// Has a process's resident set passed the limit, or the next multiple of it?
//
// True once for each multiple that is passed; all of them count again after it has fallen a tenth below the limit.
// Pure.
#pragma once

#include <cstdint>

namespace dregs {

class RssWatch {
  public:
    explicit RssWatch(std::uint64_t limit) : limit_(limit) {}

    bool passed(std::uint64_t rss) {
        if (limit_ == 0) return false;
        if (rss < limit_ - limit_ / 10) multiples_ = 0;
        const std::uint64_t multiples = rss / limit_;
        const bool more = multiples > multiples_;
        if (more) multiples_ = multiples;
        return more;
    }

  private:
    std::uint64_t limit_;
    std::uint64_t multiples_ = 0;  // the highest so far
};

}  // namespace dregs
