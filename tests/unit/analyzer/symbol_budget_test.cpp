// What reading symbols may cost, and what happens beyond: limits of a module, of all of them, and files that need more.
#include "analyzer/symbols/symbol_budget.h"

#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "analyzer/symbols/dwarf_info.h"
#include "tests/unit/analyzer/symbols_fixture.h"

namespace dregs {
namespace {

constexpr std::uint64_t kMegabyte = 1'000'000;

// Takes the module's own time and the common one, step by step.
bool can_work(ModuleBudget& budget, int steps) {
    const ModuleBudget::Use use(budget);
    try {
        for (int i = 0; i < steps; ++i) budget.step();
    } catch (const BudgetSpent&) {
        return false;
    }
    return true;
}

bool has_room(ModuleBudget& budget, std::uint64_t bytes) {
    const ModuleBudget::Use use(budget);
    try {
        budget.reserve(bytes);
    } catch (const BudgetSpent&) {
        return false;
    }
    return true;
}

TEST(SymbolBudgetTest, TimeEndsAndTheTextSaysHowMuchThereWas) {
    SymbolBudget all(0.01);
    ModuleBudget budget(all);
    EXPECT_FALSE(can_work(budget, 1 << 30));
    EXPECT_TRUE(budget.is_spent());
    EXPECT_EQ(budget.what_is_spent(), "0.0 s of processor time");
}

TEST(SymbolBudgetTest, MemoryIsAskedForBeforeItIsTaken) {
    SymbolBudget all;
    ModuleBudget budget(all);
    EXPECT_TRUE(has_room(budget, 100 * kMegabyte));
    EXPECT_FALSE(has_room(budget, 300 * kMegabyte));
    EXPECT_EQ(budget.what_is_spent(), "201 MB of memory");
}

TEST(SymbolBudgetTest, MemoryThatIsTakenCounts) {
    SymbolBudget all(0.1);
    ModuleBudget budget(all);
    const ModuleBudget::Use use(budget);
    budget.look();
    const std::vector<char> taken(50 * kMegabyte, 'x');
    EXPECT_THROW(budget.look(), BudgetSpent);
}

TEST(SymbolBudgetTest, ALargeFileMayTakeMoreOnce) {
    SymbolBudget all;
    ModuleBudget budget(all);
    for (int i = 0; i < 3; ++i) budget.allow_file({1, 2}, 20 * kMegabyte);
    EXPECT_TRUE(has_room(budget, 300 * kMegabyte));
    EXPECT_FALSE(has_room(budget, 400 * kMegabyte));
}

TEST(SymbolBudgetTest, MoreIsAllowedWhereMoreIsWished) {
    SymbolBudget ten_times(10);
    ModuleBudget module(ten_times);
    EXPECT_TRUE(has_room(module, 1500 * kMegabyte));
    SymbolBudget unbounded(0);
    ModuleBudget any(unbounded);
    EXPECT_TRUE(has_room(any, UINT64_MAX));
}

// What the first modules took is not there for the last, but each gets a little.
TEST(SymbolBudgetTest, AHundredModulesHaveNotAHundredTimesAsMuch) {
    SymbolBudget all(0.02);
    int spent = 0;
    for (int i = 0; i < 20; ++i) {
        ModuleBudget budget(all);
        if (!can_work(budget, 1 << 30)) ++spent;
        EXPECT_EQ(budget.what_is_spent().ends_with("all modules together"), i >= 2) << i;
    }
    EXPECT_EQ(spent, 20);
    ModuleBudget honest(all);
    EXPECT_TRUE(can_work(honest, 100));
}

class SymbolBudgetFileTest : public SymbolsTest {
  protected:
    Frame frame_of_main(const std::string& program, double times, std::vector<std::string>& warnings) {
        SymbolizerOptions options = own_options();
        options.budget = times;
        Symbolizer symbolizer(options);
        const std::uint64_t main =
            std::stoull(run("nm " + program + " | awk '$3 == \"main\" {print $1}'"), nullptr, 16);
        const Frame frame = symbolizer.resolve(image_of(program), main, true).front();
        warnings = symbolizer.warnings();
        return frame;
    }
};

// Symbols are read first: they are left where the rest is too much.
TEST_F(SymbolBudgetFileTest, BeyondTheBudgetTheSymbolTableNames) {
    const std::string program = build("g++ -O2 -g", "sites.cpp", "sites");
    run("head -c 30000000 /dev/zero >zeroes && objcopy --add-section .debug_str_of_nothing=zeroes sites "
        "&& objcopy --compress-debug-sections=zlib sites && readelf -SW sites | grep -q 'debug_str_of_nothing.* C '");
    std::vector<std::string> warnings;
    EXPECT_GT(frame_of_main(program, 1, warnings).line, 0);
    EXPECT_TRUE(warnings.empty());
    const Frame frame = frame_of_main(program, 0.1, warnings);
    EXPECT_EQ(frame.function, "main");
    EXPECT_EQ(frame.line, 0);
    ASSERT_EQ(warnings.size(), 1u);
    EXPECT_NE(warnings[0].find("sites: reading its symbols takes more than 20 MB of memory: "), std::string::npos)
        << warnings[0];
    EXPECT_NE(warnings[0].find("--symbol-budget=10"), std::string::npos);
}

TEST_F(SymbolBudgetFileTest, WithoutTimeForTheSymbolTableNothingIsNamed) {
    const std::string program = build("g++ -O2 -g", "sites.cpp", "sites");
    std::vector<std::string> warnings;
    const Frame frame = frame_of_main(program, 1e-9, warnings);
    EXPECT_EQ(frame.function, "");
    EXPECT_NE(frame.offset, 0u);
    ASSERT_EQ(warnings.size(), 1u);
    EXPECT_NE(warnings[0].find("its functions have no names"), std::string::npos) << warnings[0];
}

// A tree of 1,000 levels above 100,000 leaves is passed once and not once for each level.
TEST_F(SymbolBudgetFileTest, ADeepTreeIsWalkedOnce) {
    run("cat >tree.s <<'END'\n"
        ".section .debug_abbrev,\"\",@progbits\n"
        ".uleb128 1, 0x11\n.byte 1\n.uleb128 0x11, 1, 0x12, 7\n.byte 0, 0\n"
        ".uleb128 2, 0x39\n.byte 1, 0, 0\n.uleb128 3, 0x39\n.byte 0, 0, 0\n"
        ".uleb128 4, 0x2e\n.byte 0\n.uleb128 3, 8, 0x11, 1, 0x12, 7\n.byte 0, 0, 0\n"
        ".section .debug_info,\"\",@progbits\n"
        ".long 2f - 1f\n1: .value 4\n.long .debug_abbrev\n.byte 8\n.uleb128 1\n.quad main, 64\n"
        ".fill 1000, 1, 2\n.fill 100000, 1, 3\n.fill 1000, 1, 0\n"
        ".uleb128 4\n.asciz \"behind_the_tree\"\n.quad main, 64\n.byte 0\n2:\n"
        ".section .note.GNU-stack,\"\",@progbits\nEND\n"
        "echo 'int main() { return 0; }' >main.c && gcc -O1 main.c tree.s -o tree");
    std::vector<std::string> warnings;
    EXPECT_EQ(frame_of_main(path("tree"), 0.1, warnings).function, "behind_the_tree");
    EXPECT_TRUE(warnings.empty());
}

}  // namespace
}  // namespace dregs
