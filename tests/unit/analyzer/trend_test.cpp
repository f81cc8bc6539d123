// The rule that tells what keeps growing: held against made-up histories whose truth is known, with noise.
#include "analyzer/analysis/trend.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <random>

#include "analyzer/analysis/trend_shape.h"

namespace dregs {
namespace {

constexpr double kSpan = 1000;  // seconds
constexpr double kGrowth = 5000;
constexpr int kRuns = 400;

using History = std::function<double(double part, std::mt19937& random)>;  // of a part of the time, 0 to 1

TrendPoints observe(const History& history, std::size_t moments, std::mt19937& random, bool uneven) {
    std::uniform_real_distribution<double> away(-0.4, 0.4);
    TrendPoints points;
    for (std::size_t i = 0; i < moments; ++i) {
        const double step = static_cast<double>(i) + (uneven ? away(random) : 0);
        const double part = std::clamp(step / static_cast<double>(moments - 1), 0.0, 1.0);
        points.push_back({kSpan * part, std::round(std::max(0.0, history(part, random)))});
    }
    return points;
}

// How often, of all runs, a history is given that course; evenly and unevenly spaced moments.
double share(const History& history, std::size_t moments, Course course) {
    std::mt19937 random(4711);
    int hits = 0;
    for (int run = 0; run < kRuns; ++run) {
        hits += judge_trend(observe(history, moments, random, run % 2 != 0), 1).course == course;
    }
    return static_cast<double>(hits) / kRuns;
}

History with_noise(const History& history, double deviation) {
    return [=](double part, std::mt19937& random) {
        return history(part, random) + std::normal_distribution<double>(0, deviation)(random);
    };
}

History line() {
    return [](double part, std::mt19937&) { return 3 * kGrowth + kGrowth * part; };
}

// A cache that is filled at random: `lives` is the time in units of what it takes to fill 63 %.
History filling(double lives) {
    return [=](double part, std::mt19937&) { return kGrowth * (1 - std::exp(-part * lives)); };
}

TEST(Trend, FlagsLinearGrowthUnderNoise) {
    for (const std::size_t moments : {5u, 8u, 12u, 40u, 300u}) {
        EXPECT_EQ(share(line(), moments, Course::kGrows), 1.0) << moments << " moments";
    }
    for (const std::size_t moments : {12u, 20u, 40u, 300u}) {
        EXPECT_GE(share(with_noise(line(), 0.02 * kGrowth), moments, Course::kGrows), 0.99) << moments << " moments";
        EXPECT_GE(share(with_noise(line(), 0.05 * kGrowth), moments, Course::kGrows), 0.96) << moments << " moments";
    }
}

TEST(Trend, DoesNotFlagWhatSaturates) {
    for (const double lives : {3.0, 4.0, 8.0, 15.0, 40.0}) {
        for (const std::size_t moments : {8u, 12u, 20u, 40u, 300u}) {
            EXPECT_EQ(share(filling(lives), moments, Course::kGrows), 0.0) << lives << " lives, " << moments;
        }
    }
    for (const double lives : {4.0, 8.0, 15.0}) {
        for (const std::size_t moments : {12u, 20u, 40u, 300u}) {
            EXPECT_LE(share(with_noise(filling(lives), 0.05 * kGrowth), moments, Course::kGrows), 0.05)
                << lives << " lives, " << moments << " moments";
        }
    }
    EXPECT_GE(share(filling(8), 12, Course::kLevelsOff), 0.9);
}

TEST(Trend, DoesNotFlagWhatIsConstant) {
    const History constant = [](double, std::mt19937&) { return kGrowth; };
    EXPECT_EQ(share(constant, 12, Course::kSteady), 1.0);
    for (const double deviation : {1.0, 50.0, 500.0}) {
        for (const std::size_t moments : {5u, 8u, 12u, 40u, 300u}) {
            EXPECT_LE(share(with_noise(constant, deviation), moments, Course::kGrows), 0.02)
                << "deviation " << deviation << ", " << moments << " moments";
        }
    }
}

// What is built up and given back, however the moments fall.
TEST(Trend, DoesNotFlagASawtooth) {
    for (const double teeth : {1.5, 2.5, 3.3, 7.0, 20.3}) {
        const History sawtooth = [=](double part, std::mt19937&) { return kGrowth * std::fmod(teeth * part, 1.0); };
        for (const std::size_t moments : {12u, 20u, 40u, 300u}) {
            EXPECT_LE(share(sawtooth, moments, Course::kGrows), 0.01) << teeth << " teeth, " << moments << " moments";
        }
    }
}

TEST(Trend, DoesNotFlagASingleStep) {
    for (const double where : {0.1, 0.3, 0.5, 0.7, 0.9, 0.99}) {
        const History step = [=](double part, std::mt19937&) { return kGrowth * (part < where ? 1 : 2); };
        for (const std::size_t moments : {5u, 8u, 12u, 40u, 300u}) {
            EXPECT_EQ(share(step, moments, Course::kGrows), 0.0) << "at " << where << ", " << moments << " moments";
        }
        for (const std::size_t moments : {12u, 20u, 40u}) {
            EXPECT_LE(share(with_noise(step, 0.05 * kGrowth), moments, Course::kGrows), 0.03)
                << "at " << where << ", " << moments << " moments";
        }
    }
}

TEST(Trend, FlagsALeakThatFollowsAFilledCache) {
    const History both = [](double part, std::mt19937&) { return kGrowth * std::min(1.0, part * 20) + 500 * part; };
    for (const std::size_t moments : {12u, 20u, 40u}) {
        EXPECT_GE(share(both, moments, Course::kGrows), 0.95) << moments << " moments";
    }
}

TEST(Trend, FlagsALeakThatBeginsLate) {
    const History late = [](double part, std::mt19937&) { return kGrowth + kGrowth * std::max(0.0, part - 0.6); };
    EXPECT_GE(share(with_noise(late, 10), 20, Course::kGrows), 0.95);
}

// Few events, at random: 40 in all.
TEST(Trend, FlagsARareLeak) {
    std::mt19937 random(4711);
    int grows = 0;
    for (int run = 0; run < kRuns; ++run) {
        double live = 0;
        TrendPoints points;
        std::poisson_distribution<int> events(2);
        for (int i = 0; i < 20; ++i) points.push_back({static_cast<double>(i), live += events(random)});
        grows += judge_trend(points, 1).course == Course::kGrows;
    }
    EXPECT_GE(grows, kRuns * 93 / 100);
}

TEST(Trend, DoesNotMindOneMomentThatStandsOut) {
    TrendPoints points;
    for (int i = 0; i < 12; ++i) points.push_back({i * 10.0, 100.0 * i + (i == 6 ? 9000 : 0)});
    EXPECT_EQ(judge_trend(points, 1).course, Course::kGrows);
}

TEST(Trend, WeighsMomentsByTheirTime) {
    // Ten moments while a cache fills, then two an hour later.
    TrendPoints points;
    for (int i = 0; i < 10; ++i) points.push_back({i * 1.0, 100.0 * i});
    points.push_back({1800, 905});
    points.push_back({3600, 905});
    EXPECT_EQ(judge_trend(points, 1).course, Course::kLevelsOff);
}

TEST(Trend, TellsRates) {
    const TrendPoints points{{0, 100}, {10, 200}, {20, 300}, {30, 400}, {40, 500}};
    const Trend trend = judge_trend(points, 1);
    EXPECT_EQ(trend.course, Course::kGrows);
    EXPECT_DOUBLE_EQ(trend.rate, 10);
    EXPECT_DOUBLE_EQ(trend.early_rate, 10);
    EXPECT_DOUBLE_EQ(trend.late_rate, 10);
    EXPECT_DOUBLE_EQ(trend.growth, 400);
}

TEST(Trend, JudgesThreeMomentsByEachOfTheirIntervals) {
    EXPECT_EQ(judge_trend(TrendPoints{{0, 5}, {1, 10}, {2, 15}}, 1).course, Course::kGrows);
    EXPECT_EQ(judge_trend(TrendPoints{{0, 0}, {1, 800}, {2, 820}}, 1).course, Course::kLevelsOff);
    EXPECT_NE(judge_trend(TrendPoints{{0, 0}, {1, 800}, {2, 800}}, 1).course, Course::kGrows);
    EXPECT_NE(judge_trend(TrendPoints{{0, 5}, {1, 15}, {2, 10}}, 1).course, Course::kGrows);
}

TEST(Trend, KnowsWhatShrinks) {
    const History falling = [](double part, std::mt19937&) { return kGrowth * (1 - part); };
    EXPECT_EQ(share(falling, 12, Course::kShrinks), 1.0);
}

TEST(Trend, TakesMomentsThatAreOne) {
    EXPECT_EQ(judge_trend(TrendPoints{{7, 1}, {7, 2}, {7, 3}}, 1).course, Course::kSteady);
    EXPECT_NE(judge_trend(TrendPoints{{0, 1}, {0, 2}, {9, 3}, {9, 4}}, 1).course, Course::kShrinks);
}

}  // namespace
}  // namespace dregs
