// Trends over traces: the order of moments, what is judged, which site comes first.
#include "analyzer/analysis/trend_table.h"

#include <sstream>

#include "analyzer/analysis/timeline.h"
#include "analyzer/output/trend_report.h"
#include "analyzer/output/trend_text.h"
#include "trace_fixture.h"

namespace dregs {
namespace {

constexpr std::uint64_t kStart = 1'700'000'000'000'000'000;
constexpr std::uint64_t kSecond = 1'000'000'000;

using Sites = std::vector<std::pair<std::string, int>>;  // function -> blocks of 10 bytes

TraceWriter moment(std::uint64_t seconds, const Sites& sites, std::uint32_t pid = 7) {
    TraceWriter writer;
    writer.header().writer = format::Writer::kShim;
    writer.header().pid = pid;
    writer.header().start_realtime_ns = kStart;
    writer.header().state = format::ProcessState::kRunning;
    writer.header().snapshot_realtime_ns = kStart + seconds * kSecond;
    std::uint64_t address = kHeap;
    for (const auto& [function, blocks] : sites) {
        const std::uint32_t stack = writer.add_named_stack({function, "main"});
        for (int i = 0; i < blocks; ++i, address += 32) writer.add_block(address, 10, stack, 0);
    }
    return writer;
}

Trends trends_of(std::vector<TraceWriter> writers, bool timed = true, DiffOptions options = {}) {
    TrendTable table(options, timed, writers.size(), 0);
    for (TraceWriter& writer : writers) {
        TestProfile profile(writer, Liveness::kSnapshot);
        table.add(*profile);
    }
    return table.finish();
}

std::string sites_of(const Trends& trends, Course course) {
    std::string names;
    for (const TrendRow& row : trends.rows) {
        if (row.course == course) names += (names.empty() ? "" : " ") + row.frames.front().function;
    }
    return names;
}

TEST(TrendTable, PutsWhatGoesOnGrowingFirst) {
    std::vector<TraceWriter> writers;
    const int cache[] = {0, 600, 660, 666, 667, 667};
    for (int i = 0; i < 6; ++i) {
        writers.push_back(moment(10u * static_cast<unsigned>(i),
                                 {{"leak", 5 * i}, {"cache", cache[i]}, {"fast_leak", 9 * i}, {"steady", 40}}));
    }
    const Trends trends = trends_of(std::move(writers));
    EXPECT_EQ(sites_of(trends, Course::kGrows), "fast_leak leak");
    EXPECT_EQ(sites_of(trends, Course::kLevelsOff), "cache");
    ASSERT_EQ(trends.rows.size(), 3u) << "what never changed is left out";
    EXPECT_EQ(trends.rows.front().diff.delta_blocks, 45);
    EXPECT_NEAR(trends.rows.front().blocks.late_rate, 0.9, 1e-9);
    EXPECT_NEAR(trends.rows.front().bytes.late_rate, 9, 1e-9);
    EXPECT_EQ(trends.new_rows, 3u);
    EXPECT_EQ(trends.totals.back().blocks(), 25u + 667 + 45 + 40);
}

// At its exit the program gave everything back: it leaked all the same while it ran.
TEST(TrendTable, DoesNotJudgeByWhatIsLeftAfterTheExit) {
    std::vector<TraceWriter> writers;
    for (int i = 0; i < 6; ++i) writers.push_back(moment(static_cast<unsigned>(i), {{"leak", 5 * i}}));
    writers.push_back(moment(6, {}));
    writers.back().header().state = format::ProcessState::kExited;
    const Trends trends = trends_of(std::move(writers));
    EXPECT_EQ(sites_of(trends, Course::kGrows), "leak");
    EXPECT_FALSE(trends.judged.back());
    EXPECT_EQ(trends.rows.front().diff.delta_blocks, 0) << "the change is from the first to the last, as it is";
}

TEST(TrendTable, JudgesTheExitWhereThereIsLittleElse) {
    std::vector<TraceWriter> writers;
    for (int i = 0; i < 3; ++i) writers.push_back(moment(static_cast<unsigned>(i), {{"leak", 5 * i}}));
    writers.back().header().state = format::ProcessState::kExited;
    EXPECT_TRUE(trends_of(std::move(writers)).judged.back());
}

TEST(TrendTable, ComparesProcessesStepByStep) {
    std::vector<TraceWriter> writers;
    for (int i = 0; i < 4; ++i) writers.push_back(moment(1, {{"f", 3 * i}}, static_cast<std::uint32_t>(10 + i)));
    const Trends trends = trends_of(std::move(writers), false);
    EXPECT_EQ(trends.at, (std::vector<double>{0, 1, 2, 3}));
    EXPECT_EQ(sites_of(trends, Course::kGrows), "f");
}

format::Header header_at(std::uint64_t snapshot_ns, std::uint32_t pid = 7) {
    format::Header header{};
    header.writer = format::Writer::kShim;
    header.pid = pid;
    header.start_realtime_ns = kStart;
    header.snapshot_realtime_ns = snapshot_ns;
    return header;
}

TEST(Timeline, SortsSnapshotsOfOneProcessAndItsTraceLast) {
    const Timeline timeline = order_traces(std::vector{header_at(0), header_at(kStart + 9), header_at(kStart + 5)});
    EXPECT_TRUE(timeline.timed);
    EXPECT_TRUE(timeline.reordered);
    EXPECT_EQ(timeline.order, (std::vector<std::size_t>{2, 1, 0}));
}

// Of two of one second a shell lists "X.interval.2.dregs" before "X.interval.dregs": that is nobody's mistake.
TEST(Timeline, SortsNamesOfOneSecondWithoutAWord) {
    const Timeline timeline =
        order_traces(std::vector{header_at(kStart), header_at(kStart + 9), header_at(kStart + 5)});
    EXPECT_FALSE(timeline.reordered);
    EXPECT_EQ(timeline.order, (std::vector<std::size_t>{0, 2, 1}));
}

TEST(Timeline, LeavesOthersAsTheyWereGiven) {
    const Timeline several = order_traces(std::vector{header_at(kStart + 9), header_at(kStart + 5, 8)});
    EXPECT_FALSE(several.timed);
    EXPECT_FALSE(several.reordered);
    EXPECT_EQ(several.order, (std::vector<std::size_t>{0, 1}));
    std::vector<format::Header> imported{header_at(0, 0), header_at(0, 0), header_at(0, 0)};
    for (format::Header& header : imported) header.writer = format::Writer::kImport;
    EXPECT_FALSE(order_traces(imported).timed);
}

TEST(TrendText, DrawsBars) {
    const auto blocks = [](std::uint64_t count) { return Estimate(Tally{count, 0}); };
    EXPECT_EQ(bars_text({0, 1, 2}, {blocks(0), blocks(7), blocks(14)}), "\u2581\u2585\u2588");
    EXPECT_EQ(bars_text({0, 1, 2}, {blocks(5), blocks(5), blocks(5)}), "\u2581\u2581\u2581");
    EXPECT_EQ(bars_text({0, 1, 10}, {blocks(0), blocks(9), blocks(9)}), "\u2581\u2588\u2588") << "by time";
    std::vector<double> at;
    std::vector<Estimate> series;
    for (unsigned i = 0; i < 100; ++i) at.push_back(i), series.push_back(blocks(i));
    EXPECT_EQ(bars_text(at, series).size(), 16u * 3);
}

TEST(TrendText, ShowsRates) {
    EXPECT_EQ(rate_text(2, {"min", 60}), "+120");
    EXPECT_EQ(rate_text(-0.01, {"min", 60}), "-0.6");
    EXPECT_EQ(rate_text(0.0001, {"s", 1}), "0");
    EXPECT_EQ(rate_text(1e30, {"h", 3600}), "+9,000,000,000,000,000,000");
}

TEST(TrendReport, SaysWhatItIsOf) {
    DiffOptions options;
    TrendTable table(options, true, 3, 4);
    TrendReport report({});
    for (unsigned i = 0; i < 3; ++i) {
        TraceWriter writer = moment(60 * i, {{"leak", static_cast<int>(5 * i)}});
        TestProfile profile(writer, Liveness::kSnapshot);
        report.add_trace(*profile);
        table.add(*profile);
    }
    const Trends trends = table.finish();
    std::ostringstream out;
    report.print_text(out, trends);
    EXPECT_NE(out.str().find("3 moments in 2 min 00 s"), std::string::npos) << out.str();
    EXPECT_NE(out.str().find("trends: 1 grows"), std::string::npos) << out.str();
    EXPECT_NE(out.str().find("blocks/min"), std::string::npos) << out.str();
}

}  // namespace
}  // namespace dregs
