// What grew between traces of different processes.
#include "analyzer/analysis/diff.h"

#include "trace_fixture.h"

namespace dregs {
namespace {

// `blocks` blocks of 10 bytes from each function, in a trace whose ids have nothing to do with another's.
TraceWriter trace_of(const std::vector<std::pair<std::string, int>>& functions, int shift) {
    TraceWriter writer;
    for (int i = 0; i < shift; ++i) writer.add_named_stack({"padding", std::to_string(i)});
    std::uint64_t address = kHeap + static_cast<std::uint64_t>(shift) * format::kLeafSpan;
    for (const auto& [function, blocks] : functions) {
        const std::uint32_t stack = writer.add_named_stack({function, "main"});
        for (int i = 0; i < blocks; ++i, address += 32) writer.add_block(address, 10, stack, 0);
    }
    return writer;
}

class DiffTest : public testing::Test {
  protected:
    void add(const std::vector<std::pair<std::string, int>>& functions) {
        TraceWriter writer = trace_of(functions, static_cast<int>(opened_.size()) * 3);
        opened_.push_back(std::make_unique<TestProfile>(writer));
    }
    Diff diff(const DiffOptions& options = {}) {
        std::vector<Profile*> profiles;
        for (const auto& opened : opened_) profiles.push_back(opened->get());
        return diff_profiles(profiles, options);
    }
    std::string site(const DiffRow& row) {
        return (*opened_[row.shown_from])->namer().site(row.row.top_stack).function;
    }

    std::vector<std::unique_ptr<TestProfile>> opened_;
};

TEST_F(DiffTest, PutsGrowthFirstAndKnowsNewAndGone) {
    add({{"steady", 7}, {"grows", 3}, {"shrinks", 9}, {"gone", 2}});
    add({{"fresh", 1}, {"shrinks", 4}, {"grows", 8}, {"steady", 7}});
    const Diff result = diff();
    ASSERT_EQ(result.rows.size(), 4u);
    EXPECT_EQ(site(result.rows[0]), "grows");
    EXPECT_EQ(result.rows[0].delta_blocks, 5);
    EXPECT_EQ(result.rows[0].delta_bytes, 50);
    EXPECT_EQ(result.rows[0].change, Change::kGrown);
    EXPECT_EQ(site(result.rows[1]), "fresh");
    EXPECT_EQ(result.rows[1].change, Change::kNew);
    EXPECT_EQ(site(result.rows[2]), "gone");
    EXPECT_EQ(result.rows[2].change, Change::kGone);
    EXPECT_EQ(result.rows[2].delta_blocks, -2);
    EXPECT_EQ(site(result.rows[3]), "shrinks");
    EXPECT_EQ(result.totals[0].rounded(), (Tally{21, 210}));
    EXPECT_EQ(result.totals[1].rounded(), (Tally{20, 200}));
    EXPECT_EQ(result.new_rows, 1u);
    EXPECT_EQ(result.gone_rows, 1u);
}

TEST_F(DiffTest, LeavesOutWhatIsTheSameUnlessAsked) {
    add({{"steady", 7}});
    add({{"steady", 7}});
    EXPECT_TRUE(diff().rows.empty());
    DiffOptions options;
    options.keep_unchanged = true;
    ASSERT_EQ(diff(options).rows.size(), 1u);
    EXPECT_EQ(diff(options).rows[0].change, Change::kSame);
}

TEST_F(DiffTest, KeepsTheWholeSeries) {
    add({{"f", 1}});
    add({{"f", 5}, {"between", 2}});
    add({{"f", 3}});
    const Diff result = diff();
    ASSERT_EQ(result.rows.size(), 2u);
    EXPECT_EQ(site(result.rows[0]), "f");
    EXPECT_EQ(result.rows[0].delta_blocks, 2);
    EXPECT_EQ(result.rows[0].series[1].blocks(), 5u);
    EXPECT_EQ(site(result.rows[1]), "between") << "it came and went";
    EXPECT_EQ(result.rows[1].delta_blocks, 0);
}

TEST_F(DiffTest, MatchesStacksAcrossTraces) {
    add({{"f", 1}});
    add({{"f", 2}});
    DiffOptions options;
    options.rank.by = GroupBy::kStack;
    const Diff result = diff(options);
    ASSERT_EQ(result.rows.size(), 1u);
    EXPECT_EQ(result.rows[0].delta_blocks, 1);
}

format::Module module_at(TraceWriter& writer, std::uint64_t bias, const char* path, std::uint8_t build) {
    format::Module module{};
    module.state = format::ModuleState::kLoaded;
    module.path = writer.add_string(path);
    module.bias = module.begin = bias;
    module.end = bias + 0x10000;
    module.build_id_bytes = build ? 4 : 0;
    module.build_id[0] = build;
    return module;
}

TraceWriter module_trace(std::uint64_t bias, const char* path, std::uint8_t build, int blocks) {
    TraceWriter writer;
    const std::uint32_t module = writer.add_module(module_at(writer, bias, path, build));
    const auto stack = writer.add_node(format::kStackWhole, format::make_location(bias + 0x42, module, false));
    for (int i = 0; i < blocks; ++i) writer.add_block(kHeap + static_cast<std::uint64_t>(i) * 32, 8, stack, 0);
    return writer;
}

std::size_t rows_between(TraceWriter older, TraceWriter newer) {
    TestProfile first(older);
    TestProfile second(newer);
    return diff_profiles({first.get(), second.get()}, {}).rows.size();
}

TEST(DiffModules, MatchWhereverTheyWereLoaded) {
    EXPECT_EQ(rows_between(module_trace(0x7f0000000000, "/nowhere/a.so", 1, 1),
                           module_trace(0x7f1234560000, "/elsewhere/a.so", 1, 3)),
              1u);
    EXPECT_EQ(rows_between(module_trace(0x7f0000000000, "/nowhere/a.so", 0, 1),
                           module_trace(0x7f1234560000, "/nowhere/a.so", 0, 3)),
              1u);
}

TEST(DiffModules, OfAnotherBuildDoNotMatchByOffset) {
    EXPECT_EQ(rows_between(module_trace(0x7f0000000000, "/nowhere/a.so", 1, 1),
                           module_trace(0x7f0000000000, "/nowhere/a.so", 2, 3)),
              2u);
}

}  // namespace
}  // namespace dregs
