// See estimate.h.
#include "analyzer/analysis/estimate.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace dregs {
namespace {

constexpr double kDeviations = 1.959964;  // of a normal distribution: 95 % lie that close
constexpr double kMostShown = 9.2e18;     // fits 63 bits, so that differences fit 64

std::uint64_t to_integer(double value) {
    if (!(value < kMostShown)) return static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    return static_cast<std::uint64_t>(std::llround(value));
}

std::uint64_t half_width(double variance) { return to_integer(kDeviations * std::sqrt(variance)); }

}  // namespace

Unsampled& Unsampled::operator+=(const Unsampled& other) {
    blocks += other.blocks;
    bytes += other.bytes;
    blocks_variance += other.blocks_variance;
    bytes_variance += other.bytes_variance;
    return *this;
}

Unsampled& Unsampled::operator-=(const Unsampled& other) {
    blocks = std::max(0.0, blocks - other.blocks);
    bytes = std::max(0.0, bytes - other.bytes);
    blocks_variance = std::max(0.0, blocks_variance - other.blocks_variance);
    bytes_variance = std::max(0.0, bytes_variance - other.bytes_variance);
    return *this;
}

// w - 1 is 1 / (exp(s / R) - 1), which keeps its digits at both ends: at most 2^32, and 0 for blocks that no sampling
// misses.
Unsampled unsampled_beside(std::uint64_t bytes, std::uint32_t sample_bytes) {
    const auto size = static_cast<double>(bytes);
    const double beside = 1 / std::expm1(std::max(size, 1.0) / static_cast<double>(sample_bytes));
    const double variance = beside * (1 + beside);
    return {beside, size * beside, variance, size * size * variance};
}

std::uint64_t Estimate::blocks() const { return saturating_add(recorded_.blocks, to_integer(unsampled_.blocks)); }

std::uint64_t Estimate::bytes() const { return saturating_add(recorded_.bytes, to_integer(unsampled_.bytes)); }

Tally Estimate::error() const { return difference_error(*this, {}); }

Estimate& Estimate::operator+=(const Estimate& other) {
    recorded_ += other.recorded_;
    unsampled_ += other.unsampled_;
    return *this;
}

Estimate& Estimate::operator-=(const Estimate& other) {
    recorded_ -= other.recorded_;
    unsampled_ -= other.unsampled_;
    return *this;
}

Tally difference_error(const Estimate& a, const Estimate& b) {
    return {half_width(a.unsampled_.blocks_variance + b.unsampled_.blocks_variance),
            half_width(a.unsampled_.bytes_variance + b.unsampled_.bytes_variance)};
}

std::int64_t difference(std::uint64_t now, std::uint64_t before) {
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    const auto magnitude = static_cast<std::int64_t>(std::min(kMost, now < before ? before - now : now - before));
    return now < before ? -magnitude : magnitude;
}

}  // namespace dregs
