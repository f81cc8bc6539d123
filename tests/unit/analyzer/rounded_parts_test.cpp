// Parts of estimates as whole numbers: their sum is the estimate's, none of them is far from its own.
#include "analyzer/analysis/rounded_parts.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace dregs {
namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

TEST(RoundedParts, AddUpToTheRoundedSum) {
    std::mt19937 random(7);
    std::uniform_real_distribution<double> beside(0, 3);
    RoundedParts rounded;
    Estimate whole;
    Tally sum, one_by_one;
    for (int i = 0; i < 100'000; ++i) {
        const Estimate part({1, 64}, {beside(random) / 4, beside(random) * 64, 0, 0});
        const Tally shown = rounded.next(part);
        EXPECT_LT(std::fabs(static_cast<double>(shown.blocks) - part.unrounded_blocks()), 1);
        EXPECT_LT(std::fabs(static_cast<double>(shown.bytes) - part.unrounded_bytes()), 1);
        whole += part;
        sum += shown;
        one_by_one += part.rounded();
    }
    EXPECT_NEAR(static_cast<double>(sum.blocks), static_cast<double>(whole.blocks()), 1);
    EXPECT_NEAR(static_cast<double>(sum.bytes), static_cast<double>(whole.bytes()), 1);
    EXPECT_GT(std::fabs(static_cast<double>(one_by_one.blocks) - static_cast<double>(whole.blocks())), 1000)
        << "or there was nothing to mend";
}

TEST(RoundedParts, ExactCountsStayAsTheyAre) {
    RoundedParts rounded;
    rounded.next(Estimate({1, 1}, {0.5, 0.5, 0, 0}));
    EXPECT_EQ(rounded.next(Tally{0, 0}), (Tally{0, 0})) << "never below nothing";
    EXPECT_EQ(rounded.next(Tally{kMost, 3}), (Tally{kMost, 3}));
}

TEST(RoundedParts, NumbersBeyondAllMeasureStayAtTheEnd) {
    RoundedParts rounded;
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const Estimate part({kMost, 1}, {1e300, kInfinity, 0, 0});
    EXPECT_EQ(rounded.next(part), (Tally{kMost, part.bytes()}));
    EXPECT_EQ(rounded.next(Estimate({1, 1}, {1, 1, 0, 0})), (Tally{2, 2})) << "and hand on nothing";
}

}  // namespace
}  // namespace dregs
