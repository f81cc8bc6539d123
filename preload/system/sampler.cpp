#include "preload/system/sampler.h"

namespace dregs {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kLn2 = 2977044472;  // ln 2 * 2^32
constexpr unsigned kFractionBits = 32;

// log2(value) * 2^32, by squaring: each square above 2 is one binary digit of the logarithm. `value` is not 0.
std::uint64_t log2_of(std::uint64_t value) {
    const auto zeros = static_cast<unsigned>(__builtin_clzll(value));
    std::uint64_t mantissa = value << zeros;  // [1, 2) * 2^63
    std::uint64_t fraction = 0;
    for (unsigned bit = 0; bit < kFractionBits; ++bit) {
        const Wide square = Wide{mantissa} * mantissa;  // [1, 4) * 2^126
        const bool digit = (square >> 127) != 0;
        mantissa = static_cast<std::uint64_t>(square >> (digit ? 64 : 63));
        fraction = fraction << 1 | (digit ? 1 : 0);
    }
    return std::uint64_t{63 - zeros} << kFractionBits | fraction;
}

}  // namespace

void Sampler::start(std::uint64_t seed, std::uint32_t mean) {
    state_ = seed;
    draw(mean);
}

// Steele, Lea and Flood's SplitMix64: every state gives a good sequence.
std::uint64_t Sampler::random() {
    state_ += 0x9E3779B97F4A7C15u;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return mixed ^ (mixed >> 31);
}

// -ln(u) * mean for a uniform u in (0, 1].
DREGS_COLD void Sampler::draw(std::uint32_t mean) {
    const std::uint64_t uniform = random() | 1;
    const std::uint64_t halvings = (std::uint64_t{64} << kFractionBits) - log2_of(uniform);
    left_ = static_cast<std::int64_t>((Wide{halvings} * kLn2 * mean) >> (2 * kFractionBits));
}

}  // namespace dregs
