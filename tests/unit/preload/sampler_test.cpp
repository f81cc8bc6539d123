// A sampler takes an allocation with the probability that the estimates rely on, whatever came before.
#include "preload/system/sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <thread>
#include <vector>

#include "preload/blocks/address_filter.h"

namespace dregs {
namespace {

Sampler make_sampler(std::uint64_t seed, std::uint32_t mean) {
    Sampler sampler{};
    sampler.start(seed, mean);
    return sampler;
}

bool takes(Sampler& sampler, std::size_t bytes, std::uint32_t mean) {
    const bool taken = sampler.takes(bytes);
    if (taken) sampler.draw(mean);
    return taken;
}

// Within five standard deviations of a binomial count: fails by chance once in two million.
void expect_rate(std::uint64_t taken, std::uint64_t tries, double p) {
    const double expected = static_cast<double>(tries) * p;
    EXPECT_NEAR(static_cast<double>(taken), expected, 5 * std::sqrt(expected * (1 - p)) + 1e-9);
}

class SamplerOf : public ::testing::TestWithParam<std::pair<std::size_t, std::uint32_t>> {};

TEST_P(SamplerOf, TakesItsShare) {
    const auto [bytes, mean] = GetParam();
    Sampler sampler = make_sampler(bytes * 31 + mean, mean);
    constexpr std::uint64_t kTries = 2'000'000;
    std::uint64_t taken = 0;
    for (std::uint64_t i = 0; i < kTries; ++i) taken += takes(sampler, bytes, mean) ? 1 : 0;
    const double size = bytes == 0 ? 1 : static_cast<double>(bytes);
    expect_rate(taken, kTries, 1 - std::exp(-size / mean));
}

INSTANTIATE_TEST_SUITE_P(Sizes, SamplerOf,
                         ::testing::Values(std::pair{0u, 1024u}, std::pair{1u, 1024u}, std::pair{64u, 65536u},
                                           std::pair{1024u, 1024u}, std::pair{5000u, 1000u}, std::pair{100u, 1u},
                                           std::pair{1u << 20, 524288u}, std::pair{1u << 20, 4294967295u}));

// One thread's sizes are mixed: each size has its own rate all the same.
TEST(Sampler, SizesDoNotDisturbEachOther) {
    constexpr std::size_t kSizes[] = {16, 300, 4096, 70'000};
    constexpr std::uint32_t kMean = 32'768;
    Sampler sampler = make_sampler(7, kMean);
    std::uint64_t taken[4] = {};
    constexpr std::uint64_t kRounds = 1'000'000;
    for (std::uint64_t i = 0; i < kRounds; ++i) {
        for (std::size_t k = 0; k < 4; ++k) takes(sampler, kSizes[(k + i) % 4], kMean);
        for (std::size_t k = 0; k < 4; ++k) taken[k] += takes(sampler, kSizes[k], kMean) ? 1 : 0;
    }
    for (std::size_t k = 0; k < 4; ++k)
        expect_rate(taken[k], kRounds, 1 - std::exp(-static_cast<double>(kSizes[k]) / kMean));
}

TEST(Sampler, ThreadsWithOtherSeedsTakeOtherBlocks) {
    Sampler one = make_sampler(1, 1000);
    Sampler other = make_sampler(2, 1000);
    int different = 0;
    for (int i = 0; i < 1000; ++i) different += takes(one, 500, 1000) != takes(other, 500, 1000) ? 1 : 0;
    EXPECT_GT(different, 300);
}

TEST(Sampler, HugeBlocksAreTaken) {
    Sampler sampler = make_sampler(3, 4294967295u);
    EXPECT_TRUE(sampler.takes(std::size_t{1} << 47));
}

TEST(AddressFilter, HoldsWhatWasAddedUntilItIsRemoved) {
    const auto filter = std::make_unique<AddressFilter>();
    EXPECT_FALSE(filter->may_hold(0x5000));
    filter->add(0x5000);
    filter->add(0x5000);
    filter->remove(0x5000);
    EXPECT_TRUE(filter->may_hold(0x5000));
    filter->remove(0x5000);
    EXPECT_FALSE(filter->may_hold(0x5000));
}

TEST(AddressFilter, FullClassesStayFull) {
    const auto filter = std::make_unique<AddressFilter>();
    for (int i = 0; i < 300; ++i) filter->add(0x5000);
    for (int i = 0; i < 300; ++i) filter->remove(0x5000);
    EXPECT_TRUE(filter->may_hold(0x5000));
}

TEST(AddressFilter, ThreadsTogether) {
    const auto filter = std::make_unique<AddressFilter>();
    std::vector<std::thread> threads;
    for (std::uintptr_t thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&filter, thread] {
            for (std::uintptr_t i = 0; i < 50'000; ++i) {
                const std::uintptr_t address = 0x10000 + i % 16 * 32 + thread * (std::uintptr_t{1} << 30);
                filter->add(address);
                ASSERT_TRUE(filter->may_hold(address));
                filter->remove(address);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    for (std::uintptr_t i = 0; i < 16; ++i) EXPECT_FALSE(filter->may_hold(0x10000 + i * 32));
}

}  // namespace
}  // namespace dregs
