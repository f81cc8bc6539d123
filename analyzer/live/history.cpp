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

}  // namespace

void LiveHistory::add(const LiveSample& sample) {
    Moment moment{sample.seconds, sample.blocks, sample.bytes, sample.alloc_calls, sample.free_calls, {}};
    for (const LiveRow& row : sample.rows) moment.sites.emplace(row.key, row.blocks);
    moments_.push_back(std::move(moment));
    while (moments_.size() > 2 && moments_.back().seconds - moments_[1].seconds >= kSeconds) moments_.pop_front();
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

double LiveHistory::rate_of(const std::string& key) const {
    const double seconds = span();
    if (seconds <= 0) return 0;
    const auto blocks_in = [&](const Moment& moment) {
        const auto found = moment.sites.find(key);
        return found == moment.sites.end() ? 0 : found->second;
    };
    return change_between(blocks_in(moments_.back()), blocks_in(moments_.front())) / seconds;
}

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
