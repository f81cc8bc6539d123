// Snapshots by triggers: amounts as typed, when growth and resident set are due, names, how many stay, the watch
// itself.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "analyzer/commands/signal_name.h"
#include "analyzer/commands/trigger_options.h"
#include "analyzer/trace/error.h"
#include "analyzer/trace/header_reader.h"
#include "analyzer/watch/watcher.h"
#include "trace_fixture.h"

namespace dregs {
namespace {

constexpr std::uint64_t kMs = 1'000'000;

TEST(Amounts, AreDurations) {
    EXPECT_EQ(parse_duration("500ms"), 500 * kMs);
    EXPECT_EQ(parse_duration("10s"), 10'000 * kMs);
    EXPECT_EQ(parse_duration("10"), 10'000 * kMs);
    EXPECT_EQ(parse_duration("2m"), 120'000 * kMs);
    EXPECT_EQ(parse_duration("2min"), 120'000 * kMs);
    EXPECT_EQ(parse_duration("1h"), 3'600'000 * kMs);
    EXPECT_EQ(parse_duration("1d"), 86'400'000 * kMs);
    for (const char* text : {"", "0", "0s", "s", "-1s", "1.5s", "10 s", "10x", "99999999999999999999", "1000000000d"}) {
        EXPECT_THROW(parse_duration(text), Error) << text;
    }
}

TEST(Amounts, AreBytesAndBlocks) {
    EXPECT_EQ(parse_bytes("4096"), 4096u);
    EXPECT_EQ(parse_bytes("64K"), 65536u);
    EXPECT_EQ(parse_bytes("64KiB"), 65536u);
    EXPECT_EQ(parse_bytes("64MB"), 64u << 20);
    EXPECT_EQ(parse_bytes("2g"), std::uint64_t{2} << 30);
    EXPECT_EQ(parse_bytes("1T"), std::uint64_t{1} << 40);
    EXPECT_EQ(parse_growth("64M").bytes, 64u << 20);
    EXPECT_EQ(parse_growth("64M").blocks, 0u);
    EXPECT_EQ(parse_growth("10000blocks").blocks, 10000u);
    EXPECT_EQ(parse_growth("10000 blocks").blocks, 10000u);
    EXPECT_EQ(parse_growth("10000blocks").bytes, 0u);
    for (const char* text :
         {"", "0", "M", "-1", "0x10", "1.5M", "16777216T", "10Q", "0blocks", "blocks", "10Mblocks"}) {
        EXPECT_THROW(parse_growth(text), Error) << text;
    }
}

TEST(SignalNames, AreKnown) {
    EXPECT_EQ(signal_by_name("USR2"), SIGUSR2);
    EXPECT_EQ(signal_by_name("SIGUSR2"), SIGUSR2);
    EXPECT_EQ(signal_by_name("12"), 12);
    EXPECT_EQ(signal_by_name("RTMIN"), SIGRTMIN);
    EXPECT_EQ(signal_by_name("SIGRTMIN+3"), SIGRTMIN + 3);
    EXPECT_EQ(signal_by_name("RTMAX-1"), SIGRTMAX - 1);
    for (const char* name : {"", "usr2", "FOO", "0", "-1", "65", "99", "RTMIN+99", "RTMIN-1", "RTMIN+", "SIG"}) {
        EXPECT_EQ(signal_by_name(name), 0) << name;
    }
}

SnapshotPlan plan_of(const std::string& arguments) {
    CLI::App app;
    TriggerOptions options;
    options.add_to_run(app);
    app.parse(arguments);
    return options.plan();
}

TEST(TriggerOptions, MakeAPlan) {
    EXPECT_FALSE(plan_of("").watches());
    EXPECT_EQ(plan_of("--snapshot-every=10s").every_ns, 10'000 * kMs);
    EXPECT_EQ(plan_of("--snapshot-rss=1G --snapshot-keep=5").keep, 5u);
    EXPECT_TRUE(plan_of("--snapshot-signal").by_signal);
    EXPECT_TRUE(plan_of("--snapshot-signal=USR1").by_signal);
    EXPECT_TRUE(plan_of("--snapshot-exit").at_exit);
    EXPECT_FALSE(plan_of("--snapshot-exit").watches()) << "nothing to do while it runs";
    for (const char* bad : {"--snapshot-every=1ms", "--snapshot-signal=KILL"}) EXPECT_THROW(plan_of(bad), Error) << bad;
    for (const char* bad : {"--snapshot-every=soon", "--snapshot-growth=much", "--snapshot-rss=x", "--snapshot-keep=-1",
                            "--snapshot-signal=NONE"}) {
        EXPECT_THROW(plan_of(bad), CLI::ValidationError) << bad;
    }
}

TEST(TriggerOptions, StandInTheEnvironment) {
    ::setenv("DREGS_SNAPSHOT_EVERY", "2m", 1);
    ::setenv("DREGS_SNAPSHOT_KEEP", "3", 1);
    ::setenv("DREGS_SNAPSHOT_SIGNAL", "USR2", 1);
    const SnapshotPlan plan = plan_of("--snapshot-keep=4");
    EXPECT_EQ(plan.every_ns, 120'000 * kMs);
    EXPECT_EQ(plan.keep, 4u) << "the command line has the last word";
    EXPECT_TRUE(plan.by_signal);
    for (const char* name : {"DREGS_SNAPSHOT_EVERY", "DREGS_SNAPSHOT_KEEP", "DREGS_SNAPSHOT_SIGNAL"}) ::unsetenv(name);
}

// A process that a GrowthWatch looks at: what its counters say, what reading its blocks would find and cost.
struct Heap {
    HeapCounters counters;
    Tally live;
    std::uint64_t now = 0;
    std::uint64_t cost = 0;
    std::uint64_t readings = 0;

    void allocate(std::uint64_t blocks, std::uint64_t bytes) {
        counters.allocs += blocks;
        counters.bytes += bytes;
        live += {blocks, bytes};
    }
    void free(std::uint64_t blocks, std::uint64_t bytes) {
        counters.frees += blocks;
        live -= {blocks, bytes};
    }
    bool reached(GrowthWatch& watch) {
        return watch.reached(
            counters, [&] { return now; }, [&] { return read(); });
    }
    void restart(GrowthWatch& watch) {
        watch.restart(
            counters, [&] { return now; }, [&] { return read(); });
    }
    Tally read() {
        ++readings;
        now += cost;
        return live;
    }
};

Heap heap() {
    Heap made;
    made.counters.tell_live = made.counters.tell_bytes = true;
    return made;
}

TEST(GrowthWatch, CountsBlocksByTheCountersAlone) {
    GrowthWatch watch({0, 100});
    Heap process = heap();
    process.allocate(99, 990);
    EXPECT_FALSE(process.reached(watch));
    process.allocate(1, 10);
    EXPECT_TRUE(process.reached(watch));
    process.restart(watch);
    EXPECT_FALSE(process.reached(watch));
    process.allocate(500, 5000);
    process.free(401, 4010);
    EXPECT_FALSE(process.reached(watch)) << "what is live counts, not what was allocated";
    process.allocate(1, 10);
    EXPECT_TRUE(process.reached(watch));
    EXPECT_EQ(process.readings, 0u);
}

TEST(GrowthWatch, ReadsBlocksOnlyWhenTheyMayHaveGrown) {
    GrowthWatch watch({1000, 0});
    Heap process = heap();
    process.allocate(1, 999);
    EXPECT_FALSE(process.reached(watch));
    EXPECT_EQ(process.readings, 0u);
    process.allocate(1, 1);
    process.free(1, 600);
    EXPECT_FALSE(process.reached(watch));
    EXPECT_EQ(process.readings, 1u);
    process.allocate(1, 599);
    EXPECT_FALSE(process.reached(watch));
    EXPECT_EQ(process.readings, 1u) << "599 are missing to nothing";
    process.allocate(1, 1);
    EXPECT_TRUE(process.reached(watch));
}

TEST(GrowthWatch, TakesATwentiethOfTheTimeAtMost) {
    GrowthWatch watch({1000, 0});
    Heap process = heap();
    process.cost = 5 * kMs;
    for (int look = 0; look < 1000; ++look) {  // 10 s
        process.allocate(100, 100'000);        // all of it given back
        process.free(100, 100'000);
        EXPECT_FALSE(process.reached(watch));
        process.now += 10 * kMs;
    }
    EXPECT_GE(process.readings, 50u);
    EXPECT_LE(process.readings * process.cost, process.now / 20 + process.cost);
}

TEST(RssWatch, TellsEachMultipleOnce) {
    RssWatch watch(100);
    EXPECT_FALSE(watch.passed(99));
    EXPECT_TRUE(watch.passed(100));
    EXPECT_FALSE(watch.passed(150));
    EXPECT_TRUE(watch.passed(350)) << "twice and three times at once";
    EXPECT_FALSE(watch.passed(95)) << "not far enough below";
    EXPECT_FALSE(watch.passed(300));
    EXPECT_FALSE(watch.passed(89));
    EXPECT_TRUE(watch.passed(100));
    EXPECT_FALSE(RssWatch(0).passed(1 << 30));
}

class SeriesTest : public testing::Test {
  protected:
    SeriesTest() {
        TraceWriter writer = sample_trace();
        trace_ = folder_.write("server.7.dregs", writer.finish());
    }
    std::vector<std::string> snapshots() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(folder_.path(""))) {
            if (entry.path() != trace_) names.push_back(entry.path().filename());
        }
        return names;
    }
    TempFolder folder_;
    std::string trace_;
};

TEST(SnapshotName, SaysWhenAndWhy) {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    EXPECT_EQ(snapshot_name("/a/server.4711.dregs", 1795256100, SnapshotReason::kGrowth),
              "/a/server.4711.20261121T101500.growth.dregs");
    EXPECT_EQ(snapshot_name("/a.b/trace", 0, SnapshotReason::kRss), "/a.b/trace.19700101T000000.rss");
}

TEST_F(SeriesTest, NeverOverwrites) {
    const FileSource source(trace_);
    SnapshotSeries series(trace_, 0);
    std::set<std::string> paths;
    for (int i = 0; i < 20; ++i) paths.insert(series.take(source, SnapshotReason::kSignal, false));
    EXPECT_EQ(paths.size(), 20u);
    EXPECT_EQ(snapshots().size(), 20u);
    EXPECT_NE(read_header(FileSource(*paths.begin())).snapshot_realtime_ns, 0u);
}

TEST_F(SeriesTest, KeepsTheFirstAndTheNewest) {
    const FileSource source(trace_);
    SnapshotSeries series(trace_, 3);
    std::vector<std::string> paths;
    for (int i = 0; i < 7; ++i) paths.push_back(series.take(source, SnapshotReason::kInterval, false));
    EXPECT_EQ(snapshots().size(), 3u);
    for (const std::size_t kept : {0u, 5u, 6u}) EXPECT_TRUE(std::filesystem::exists(paths[kept])) << kept;
}

TEST_F(SeriesTest, KeepsTheNewestOfOne) {
    const FileSource source(trace_);
    SnapshotSeries series(trace_, 1);
    series.take(source, SnapshotReason::kInterval, false);
    const std::string newest = series.take(source, SnapshotReason::kGrowth, false);
    EXPECT_EQ(snapshots().size(), 1u);
    EXPECT_TRUE(std::filesystem::exists(newest));
}

TEST_F(SeriesTest, RemovesOnlyWhatItMade) {
    const FileSource source(trace_);
    SnapshotSeries series(trace_, 1);
    const std::string first = series.take(source, SnapshotReason::kInterval, false);
    std::filesystem::rename(first, folder_.path("mine"));
    std::ofstream(first) << "somebody else's";
    series.take(source, SnapshotReason::kInterval, false);
    EXPECT_TRUE(std::filesystem::exists(first));
    EXPECT_TRUE(std::filesystem::exists(folder_.path("mine")));
}

// This process maps the trace, as one that writes it would.
class WatcherTest : public SeriesTest {
  protected:
    WatcherTest() { map(); }
    void map();
    WatchHooks hooks() {
        WatchHooks made;
        made.find = [this] {
            return std::vector<WatchTarget>{{trace_, static_cast<std::uint32_t>(::getpid()), trace_}};
        };
        made.taken = [this](const std::string& path) { taken_.push_back(path); };
        made.failed = [this](const std::string& message) { failures_.push_back(message); };
        return made;
    }
    std::vector<std::string> taken_;
    std::vector<std::string> failures_;
};

void WatcherTest::map() {
    const int descriptor = ::open(trace_.c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_GE(descriptor, 0);
    ASSERT_NE(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), MAP_FAILED);
    ::close(descriptor);
}

TEST_F(WatcherTest, CountsItsMoments) {
    SnapshotPlan plan;
    plan.every_ns = 100 * kMs;
    plan.at_once = true;
    plan.count = 3;
    Watcher watcher(plan, hooks());
    const auto begin = std::chrono::steady_clock::now();
    watcher.run();
    EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(200));
    EXPECT_EQ(taken_.size(), 3u);
    EXPECT_TRUE(failures_.empty());
}

TEST_F(WatcherTest, TakesWhatIsAskedForAndEnds) {
    SnapshotPlan plan;
    plan.by_signal = true;
    Watcher watcher(plan, hooks());
    watcher.request();
    std::thread thread([&] { watcher.run(); });
    while (snapshots().empty()) std::this_thread::yield();
    watcher.stop();
    thread.join();
    ASSERT_EQ(taken_.size(), 1u);
    EXPECT_NE(taken_.front().find(".signal.dregs"), std::string::npos);
}

TEST_F(WatcherTest, EndsWhenItIsToldByADescriptor) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    ::close(pipe[1]);
    SnapshotPlan plan;
    plan.by_signal = true;
    Watcher watcher(plan, hooks(), pipe[0]);
    watcher.run();
    EXPECT_TRUE(taken_.empty());
    ::close(pipe[0]);
}

TEST_F(WatcherTest, SaysAFailureOnceAndGoesOn) {
    SnapshotPlan plan;
    plan.every_ns = 100 * kMs;
    plan.count = 1;
    WatchHooks nowhere = hooks();
    std::atomic<int> looks{0};
    nowhere.find = [&] {
        ++looks;
        return std::vector<WatchTarget>{{trace_, static_cast<std::uint32_t>(::getpid()), "/nonexistent/x"}};
    };
    Watcher watcher(plan, nowhere);
    std::thread thread([&] { watcher.run(); });
    while (looks < 4) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    watcher.stop();
    thread.join();
    EXPECT_EQ(failures_.size(), 1u);
    EXPECT_GE(watcher.failures(), 2u);
    EXPECT_TRUE(taken_.empty());
}

TEST_F(WatcherTest, WatchesNobodyElse) {
    SnapshotPlan plan;
    plan.every_ns = 100 * kMs;
    WatchHooks stranger = hooks();
    std::atomic<int> looks{0};
    stranger.find = [&] {
        ++looks;
        return std::vector<WatchTarget>{{trace_, 1, trace_}, {folder_.path("gone"), 1, "x"}};
    };
    Watcher watcher(plan, stranger);
    std::thread thread([&] { watcher.run(); });
    while (looks < 3) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    watcher.stop();
    thread.join();
    EXPECT_TRUE(taken_.empty());
    EXPECT_TRUE(failures_.empty());
}

TEST(LiveGauge, AgreesWithTheTrace) {
    TraceWriter writer = sample_trace();
    const std::vector<std::uint8_t> bytes = writer.finish();
    const MemorySource source("sample", bytes);
    const Tally live = measure_live(source);
    EXPECT_EQ(live.blocks, 36u);
    EXPECT_EQ(read_counters(source).allocs - read_counters(source).frees, 36u);
    EXPECT_TRUE(read_counters(source).tell_live);
}

}  // namespace
}  // namespace dregs
