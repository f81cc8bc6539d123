// See history.h.
#include "analyzer/live/history.h"

#include <algorithm>

namespace dregs {
namespace {

constexpr const char* kBars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr const char* kAsciiBars[] = {"_", ".", "-", "~", "=", "+", "*", "#"};
constexpr std::size_t kHeights = 8;

std::size_t height_of(std::uint64_t number, std::uint64_t least, std::uint64_t most) {
    if (least == most) return kHeights / 2 - 1;
    const double share = static_cast<double>(number - least) / static_cast<double>(most - least);
    return std::min(kHeights - 1, static_cast<std::size_t>(share * kHeights));
}

// Numbers from a file: their difference may not fit.
double change_between(std::uint64_t now, std::uint64_t before) {
    return static_cast<double>(now) - static_cast<double>(before);
}

// Keeps what is needed to look back as long as that: the last before it, too.
template <class Moments>
void drop_older(Moments& moments, double seconds) {
    while (moments.size() > 2 && moments.back().seconds - moments[1].seconds >= seconds) moments.pop_front();
}

}  // namespace

void LiveHistory::add(const LiveSample& sample) {
    moments_.push_back({sample.seconds, sample.blocks, sample.bytes, sample.alloc_calls, sample.free_calls});
    drop_older(moments_, kSeconds);
    Parts parts{sample.seconds, {}, {}, {}};
    for (const LiveRow& row : sample.rows) parts.sites.emplace(row.key, row.blocks);
    for (const LiveKind& kind : sample.kinds) {
        parts.entered.emplace(kind.key, kind.entered);
        parts.survivors.emplace(kind.key, kind.survivors);
    }
    if (parts_.size() > 1 && parts.seconds - parts_[parts_.size() - 2].seconds < kApart) parts_.pop_back();
    parts_.push_back(std::move(parts));
    drop_older(parts_, kSeconds);
}

double LiveHistory::span() const {
    return moments_.size() < 2 ? 0 : moments_.back().seconds - moments_.front().seconds;
}

double LiveHistory::rate(std::uint64_t Moment::*number) const {
    const double seconds = span();
    return seconds > 0 ? change_between(moments_.back().*number, moments_.front().*number) / seconds : 0;
}

double LiveHistory::blocks_rate() const { return rate(&Moment::blocks); }
double LiveHistory::bytes_rate() const { return rate(&Moment::bytes); }
double LiveHistory::alloc_rate() const { return rate(&Moment::alloc_calls); }
double LiveHistory::free_rate() const { return rate(&Moment::free_calls); }

double LiveHistory::rate_in(Numbers Parts::*numbers, const std::string& key) const {
    if (parts_.size() < 2 || parts_.back().seconds <= parts_.front().seconds) return 0;
    const auto number_in = [&](const Parts& parts) {
        const auto found = (parts.*numbers).find(key);
        return found == (parts.*numbers).end() ? 0 : found->second;
    };
    return change_between(number_in(parts_.back()), number_in(parts_.front())) /
           (parts_.back().seconds - parts_.front().seconds);
}

double LiveHistory::rate_of(const std::string& site) const { return rate_in(&Parts::sites, site); }
double LiveHistory::enter_rate(const std::string& kind) const { return rate_in(&Parts::entered, kind); }
double LiveHistory::survivor_rate(const std::string& kind) const { return rate_in(&Parts::survivors, kind); }

std::vector<std::uint64_t> LiveHistory::course(std::uint64_t Moment::*number) const {
    std::vector<std::uint64_t> numbers;
    for (const Moment& moment : moments_) numbers.push_back(moment.*number);
    return numbers;
}

std::string sparkline(const std::vector<std::uint64_t>& numbers, std::size_t width, bool utf8) {
    const std::size_t first = numbers.size() > width ? numbers.size() - width : 0;
    if (first == numbers.size()) return "";
    const auto [least, most] = std::minmax_element(numbers.begin() + static_cast<std::ptrdiff_t>(first), numbers.end());
    std::string line;
    for (std::size_t i = first; i < numbers.size(); ++i)
        line += (utf8 ? kBars : kAsciiBars)[height_of(numbers[i], *least, *most)];
    return line;
}

}  // namespace dregs
