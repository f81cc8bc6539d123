// The statistics of sampling: estimates without bias, intervals that hold the truth as often as they say.
//
// The blocks are drawn here with the probability that the trace's format names, by a formula of the test's own.
#include "analyzer/analysis/estimate.h"

#include <cmath>
#include <limits>
#include <random>

#include "analyzer/analysis/live_set.h"
#include "analyzer/trace/error.h"
#include "trace_fixture.h"

namespace dregs {
namespace {

constexpr std::uint32_t kRate = 65536;
constexpr int kRuns = 2000;

struct Population {  // blocks of one size, with one stack
    std::uint64_t bytes;
    int blocks;

    double probability() const { return 1 - std::exp(-static_cast<double>(bytes) / kRate); }
};
constexpr Population kPopulations[] = {{64, 200'000}, {1024, 20'000}, {100'000, 3'000}, {1 << 20, 50}};

// What the estimates of all runs were, against the truth.
class Score {
  public:
    explicit Score(std::vector<Population> parts) {
        for (const Population& part : parts) {
            const auto size = static_cast<double>(part.bytes);
            const double missing = (1 - part.probability()) / part.probability();
            blocks_ += part.blocks;
            bytes_ += part.blocks * size;
            blocks_variance_ += part.blocks * missing;
            bytes_variance_ += part.blocks * size * size * missing;
        }
    }

    void add(const Estimate& estimate) {
        const Tally error = estimate.error();
        const double blocks_off = static_cast<double>(estimate.blocks()) - blocks_;
        const double bytes_off = static_cast<double>(estimate.bytes()) - bytes_;
        blocks_sum_ += blocks_off;
        bytes_sum_ += bytes_off;
        error_squares_ += static_cast<double>(error.blocks) * static_cast<double>(error.blocks);
        blocks_held_ += std::abs(blocks_off) <= static_cast<double>(error.blocks);
        bytes_held_ += std::abs(bytes_off) <= static_cast<double>(error.bytes);
    }

    // Four standard errors of the mean of all runs: one honest test in 16 000 fails. The seed is fixed.
    void expect_no_bias() const {
        EXPECT_LT(std::abs(blocks_sum_ / kRuns), 4 * std::sqrt(blocks_variance_ / kRuns) + 0.01);
        EXPECT_LT(std::abs(bytes_sum_ / kRuns), 4 * std::sqrt(bytes_variance_ / kRuns) + 0.01);
    }
    void expect_intervals_hold() const {
        for (const int held : {blocks_held_, bytes_held_}) {
            EXPECT_GT(held, kRuns * 0.93);
            EXPECT_LT(held, kRuns * 0.97);
        }
        EXPECT_NEAR(std::sqrt(error_squares_ / kRuns) / (1.96 * std::sqrt(blocks_variance_)), 1, 0.03);
    }

  private:
    double blocks_ = 0, bytes_ = 0, blocks_variance_ = 0, bytes_variance_ = 0;
    double blocks_sum_ = 0, bytes_sum_ = 0, error_squares_ = 0;
    int blocks_held_ = 0, bytes_held_ = 0;
};

// Tables without blocks: a stack for each population.
class Tables {
  public:
    Tables() {
        TraceWriter writer;
        writer.header().sample_bytes = kRate;
        for (const Population& each : kPopulations) {
            stacks_.push_back(writer.add_named_stack({std::to_string(each.bytes), "main"}));
        }
        const std::vector<std::uint8_t> bytes = writer.finish();
        trace_ = std::make_unique<Trace>(load_trace(MemorySource("tables", bytes), [](const LiveBlock&) {}));
    }

    LiveSet draw(std::mt19937_64& random) const {
        BlockSums sums(kRate);
        for (std::size_t i = 0; i < stacks_.size(); ++i) {
            std::binomial_distribution<int> recorded(kPopulations[i].blocks, kPopulations[i].probability());
            for (int left = recorded(random); left > 0; --left) {
                sums.add({kHeap, kPopulations[i].bytes, stacks_[i], 0, false});
            }
        }
        return LiveSet(sums, *trace_);
    }

  private:
    std::vector<std::uint32_t> stacks_;
    std::unique_ptr<Trace> trace_;
};

TEST(Estimate, IsWithoutBiasAndKnowsItsError) {
    const Tables tables;
    std::mt19937_64 random(4711);
    std::vector<Score> scores;
    for (const Population& each : kPopulations) scores.emplace_back(std::vector{each});
    Score whole({std::begin(kPopulations), std::end(kPopulations)});
    for (int run = 0; run < kRuns; ++run) {
        const LiveSet live = tables.draw(random);
        ASSERT_EQ(live.cells(), scores.size());
        for (std::size_t i = 0; i < scores.size(); ++i) scores[i].add(live.cell(i).live);
        whole.add(live.total());
    }
    for (const Score& score : scores) score.expect_no_bias();
    whole.expect_no_bias();
    whole.expect_intervals_hold();
    for (std::size_t i = 0; i < 3; ++i) scores[i].expect_intervals_hold();  // of 1 MiB none is ever missed
}

TEST(Estimate, OfAnExactTraceIsTheCount) {
    const Estimate exact(Tally{7, 700});
    EXPECT_EQ(exact.rounded(), (Tally{7, 700}));
    EXPECT_EQ(exact.error(), Tally());
    const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    EXPECT_EQ(Estimate(Tally{most, most - 1}).rounded(), (Tally{most, most - 1})) << "no digit goes through a double";
}

TEST(Estimate, IsNeverLessThanWhatWasRecorded) {
    for (const std::uint64_t bytes : {0ull, 1ull, 1000ull, 1ull << 20, 1ull << 46}) {
        for (const std::uint32_t rate : {1u, 4096u, 0xFFFFFFFFu}) {
            const Estimate estimate(Tally{3, 3 * bytes}, unsampled_beside(bytes, rate));
            EXPECT_GE(estimate.blocks(), 3u);
            EXPECT_GE(estimate.bytes(), 3 * bytes);
        }
    }
}

// p is 1 / 2^32: a block of 1 byte, or of none, stands for 2^32 of its kind.
TEST(Estimate, CountsABlockWithoutBytesAsIfItHadOne) {
    const Estimate of_none(Tally{1, 0}, unsampled_beside(0, 0xFFFFFFFF));
    const Estimate of_one(Tally{1, 1}, unsampled_beside(1, 0xFFFFFFFF));
    EXPECT_NEAR(static_cast<double>(of_none.blocks()), 4294967295.5, 1);
    EXPECT_EQ(of_none.blocks(), of_one.blocks());
    EXPECT_EQ(of_none.bytes(), 0u);
    EXPECT_EQ(of_one.bytes(), of_one.blocks());
}

TEST(Estimate, StaysAtTheEndOfItsRange) {
    const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    Estimate sum(Tally{1, most});
    sum += Estimate(Tally{most, 1});
    EXPECT_EQ(sum.rounded(), (Tally{most, most}));
    Unsampled huge{1e300, 1e300, 1e300, 1e300};
    huge += huge;
    const Estimate beyond(Tally{1, 1}, huge);
    EXPECT_EQ(beyond.blocks(), (std::uint64_t{1} << 63));
    EXPECT_EQ(beyond.error().blocks, (std::uint64_t{1} << 63) - 1);
    EXPECT_EQ(difference(0, most), -std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(difference(most, 0), std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(difference(5, 8), -3);
}

TEST(Estimate, ErrorsOfADifferenceAddInQuadrature) {
    const Estimate a(Tally{1, 1}, Unsampled{0, 0, 900, 90'000});
    const Estimate b(Tally{1, 1}, Unsampled{0, 0, 1600, 160'000});
    EXPECT_EQ(a.error(), (Tally{59, 588}));
    EXPECT_EQ(b.error(), (Tally{78, 784}));
    EXPECT_EQ(difference_error(a, b), (Tally{98, 980}));
    EXPECT_EQ(difference_error(a, Estimate(Tally{1, 1})), a.error()) << "an exact side has no error";
}

TEST(LiveSet, RefusesSumsMadeForAnotherRate) {
    TraceWriter writer;
    writer.header().sample_bytes = kRate;
    const std::vector<std::uint8_t> bytes = writer.finish();
    const Trace trace = load_trace(MemorySource("t", bytes), [](const LiveBlock&) {});
    EXPECT_THROW(LiveSet(BlockSums(), trace), Error);
    EXPECT_NO_THROW(LiveSet(BlockSums(kRate), trace));
}

TEST(LiveSet, LeavesSuppressedBlocksOutOfEstimatesToo) {
    TraceWriter writer;
    writer.header().sample_bytes = kRate;
    const std::uint32_t kept = writer.add_named_stack({"kept"});
    const std::uint32_t left_out = writer.add_named_stack({"left_out"});
    const std::vector<std::uint8_t> bytes = writer.finish();
    const Trace trace = load_trace(MemorySource("t", bytes), [](const LiveBlock&) {});
    BlockSums sums(kRate);
    for (int i = 0; i < 5; ++i) sums.add({kHeap, 100, kept, 0, false});
    sums.add({kHeap, 4096, left_out, 0, false});
    LiveSet live(sums, trace);
    const Estimate before = live.total();
    live.leave_out([&](std::uint32_t stack) { return stack == left_out; });
    EXPECT_EQ(live.cells(), 1u);
    EXPECT_EQ(live.total().blocks(), 3279u);  // 5 / (1 - exp(-100 / 65536))
    EXPECT_EQ(live.suppressed().blocks(), 17u);
    EXPECT_EQ(live.heap().rounded(), live.total().rounded());
    EXPECT_EQ(before.blocks(), 3296u);
}

}  // namespace
}  // namespace dregs
