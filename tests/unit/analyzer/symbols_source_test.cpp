// Functions, lines, columns and inlined frames from DWARF, for programs built in many ways.
#include <gtest/gtest.h>

#include "analyzer/symbols/dwarf_info.h"
#include "analyzer/symbols/elf_image.h"
#include "tests/unit/analyzer/symbols_fixture.h"

namespace dregs {
namespace {

std::string at(const std::string& function, int line) { return function + "@" + std::to_string(line); }

class SymbolsSourceTest : public SymbolsTest, public ::testing::WithParamInterface<const char*> {
  protected:
    void expect_place(Symbolizer& symbolizer, const ModuleImage& module, std::uint64_t pc, const std::string& function,
                      const std::string& marker) const {
        const auto& frames = symbolizer.resolve(module, pc, false);
        ASSERT_EQ(frames.size(), 1u) << marker;
        // gcc gives functions that only one file sees no linkage name: they are named without parameters.
        EXPECT_EQ(frames[0].function.substr(0, function.size()), function) << marker;
        EXPECT_EQ(frames[0].line, line_of("sites.cpp", marker)) << marker;
        EXPECT_EQ(frames[0].file, source_path("sites.cpp"));
        EXPECT_EQ(frames[0].module, module.path);
        EXPECT_EQ(frames[0].offset, pc);
        EXPECT_FALSE(frames[0].inlined);
    }
};

TEST_P(SymbolsSourceTest, EveryPlaceHasItsFunctionAndLine) {
    const std::string command = GetParam();
    const std::string compiler = command.substr(0, command.find(' '));
    if (!has_tool(compiler)) GTEST_SKIP() << compiler << " is not installed";
    const std::string program = build(command, "sites.cpp", "sites");
    const ModuleImage module = image_of(program);
    auto places = truth(program);
    Symbolizer symbolizer(own_options());
    expect_place(symbolizer, module, places["method"], "shop::Cart::add(int, char const*) const", "method");
    expect_place(symbolizer, module, places["template"], "shop::twice<int>(int)", "template");
    expect_place(symbolizer, module, places["anonymous"], "shop::(anonymous namespace)::hidden", "anonymous");
    expect_place(symbolizer, module, places["static"], "plain_static", "static");
    expect_place(symbolizer, module, places["extern_c"], "plain_c", "extern_c");
    expect_place(symbolizer, module, places["lambda"], "main::", "lambda");
    EXPECT_TRUE(symbolizer.warnings().empty());
}

TEST_P(SymbolsSourceTest, InlinedCallsAreFramesWithTheLinesOfTheirCalls) {
    const std::string command = GetParam();
    const std::string compiler = command.substr(0, command.find(' '));
    if (!has_tool(compiler)) GTEST_SKIP() << compiler << " is not installed";
    const std::string program = build(command, "sites.cpp", "sites");
    const ModuleImage module = image_of(program);
    Symbolizer symbolizer(own_options());
    const std::uint64_t pc = truth(program)["inlined"];
    const std::vector<std::string> expected = {
        at("shop::Cart::checkout() const", line_of("sites.cpp", "inlined")),
        at("shop::pay(shop::Cart const&)", line_of("sites.cpp", "inlined 2")),
        at("main", line_of("sites.cpp", "inlined 3")),
    };
    EXPECT_EQ(chain(symbolizer, module, pc), expected);
    const auto& frames = symbolizer.resolve(module, pc, false);
    ASSERT_EQ(frames.size(), 3u);
    EXPECT_TRUE(frames[0].inlined && frames[1].inlined && !frames[2].inlined);
    for (const Frame& frame : frames) EXPECT_EQ(frame.file, source_path("sites.cpp"));
}

TEST_P(SymbolsSourceTest, TwoCallsOnOneLineDifferInTheirColumn) {
    const std::string command = GetParam();
    const std::string compiler = command.substr(0, command.find(' '));
    if (!has_tool(compiler)) GTEST_SKIP() << compiler << " is not installed";
    const std::string program = build(command, "sites.cpp", "sites");
    const ModuleImage module = image_of(program);
    auto places = truth(program);
    Symbolizer symbolizer(own_options());
    const Frame first = symbolizer.resolve(module, places["column"], false).front();
    const Frame second = symbolizer.resolve(module, places["column2"], false).front();
    EXPECT_EQ(first.line, line_of("sites.cpp", "column"));
    EXPECT_EQ(second.line, first.line);
    EXPECT_GT(second.column, first.column);
    EXPECT_GT(first.column, 0);
}

INSTANTIATE_TEST_SUITE_P(Compilers, SymbolsSourceTest,
                         ::testing::Values("g++ -O2 -g -gdwarf-5", "g++ -O2 -g -gdwarf-4", "g++ -O2 -g -gsplit-dwarf",
                                           "g++ -O2 -g -gz", "g++ -O2 -g -flto",
                                           "g++ -O2 -g -gdwarf-4 -fdebug-types-section", "g++ -O1 -g -no-pie",
                                           "g++ -O2 -g -ffunction-sections -Wl,--gc-sections", "g++ -O2 -g -gdwarf-3",
                                           "clang++ -O2 -g -gdwarf-5", "clang++ -O2 -g -gdwarf-4",
                                           "clang++ -O2 -g -gsplit-dwarf", "clang++ -O2 -g -fuse-ld=lld"));

class SymbolsDwarfTest : public SymbolsTest {};

// Starting anew for lack of memory must not change a thing.
TEST_F(SymbolsDwarfTest, AnswersAreTheSameAfterStartingAnew) {
    const std::string program = build("g++ -O2 -g", "sites.cpp", "sites");
    SymbolBudget all;
    ModuleBudget budget(all);
    auto info = DwarfInfo::open(ElfImage::open(program), nullptr, nullptr, budget);
    ASSERT_TRUE(info);
    const std::uint64_t address = truth(program)["inlined"] - 1;
    const auto before = info->find(address);
    info->set_memory_limit(0);
    for (int i = 0; i < 3; ++i) {
        const auto after = info->find(address);
        ASSERT_EQ(after.size(), before.size());
        EXPECT_EQ(after[0].function, before[0].function);
        EXPECT_EQ(after[1].place.line, before[1].place.line);
    }
}

// The unit of the first object tells the truth: its code is what the linker kept.
TEST_F(SymbolsDwarfTest, OfTwoUnitsThatClaimAFunctionTheFirstIsBelieved) {
    build("g++ -O2 -g -c -DDEFINED_FIRST", "twice_defined.cpp", "first.o");
    build("g++ -O2 -g -c", "twice_defined.cpp", "second.o");
    run("g++ -o twice first.o second.o");
    Symbolizer symbolizer(own_options());
    const Frame frame = symbolizer.resolve(image_of(path("twice")), truth(path("twice"))["kept"], false).front();
    EXPECT_EQ(frame.function, "defined_twice()");
    EXPECT_LT(frame.line, 200);
    EXPECT_TRUE(frame.file.ends_with("first.h")) << frame.file;
}

TEST_F(SymbolsDwarfTest, SharedInformationOfDwzIsFollowed) {
    if (!has_tool("dwz")) GTEST_SKIP() << "dwz is not installed";
    for (const char* name : {"one", "two"}) build("g++ -O2 -g", "sites.cpp", name);
    auto places = truth(path("one"));
    run("dwz -m shared.debug one two");
    ASSERT_NE(run("readelf -SW one").find(".gnu_debugaltlink"), std::string::npos);
    Symbolizer symbolizer(own_options());
    const ModuleImage module = image_of(path("one"));
    EXPECT_EQ(chain(symbolizer, module, places["method"]).front(),
              at("shop::Cart::add(int, char const*) const", line_of("sites.cpp", "method")));
    EXPECT_EQ(chain(symbolizer, module, places["inlined"]).size(), 3u);
    EXPECT_EQ(chain(symbolizer, module, places["static"]).front(), at("plain_static", line_of("sites.cpp", "static")));
}

// What is left when half of the information is missing: lines from the program, the function from its symbol table.
TEST_F(SymbolsDwarfTest, WithoutTheSplitHalfTheSymbolTableNamesTheFunction) {
    const std::string program = build("g++ -O2 -g -gsplit-dwarf", "sites.cpp", "sites");
    run("rm *.dwo");
    Symbolizer symbolizer(own_options());
    EXPECT_EQ(chain(symbolizer, image_of(program), truth(program)["static"]),
              std::vector<std::string>{at("plain_static(int)", line_of("sites.cpp", "static"))});
    const std::string missing = program + ": 1 of 1 files of split DWARF are not there (sites.dwo): ";
    EXPECT_EQ(symbolizer.warnings(), std::vector<std::string>{missing + "what was inlined there is not known"});
}

TEST_F(SymbolsDwarfTest, WithoutTheSharedFileOfDwzNothingWrongIsSaid) {
    if (!has_tool("dwz")) GTEST_SKIP() << "dwz is not installed";
    for (const char* name : {"one", "two"}) build("g++ -O2 -g", "sites.cpp", name);
    auto places = truth(path("one"));
    run("dwz -m shared.debug one two && rm shared.debug");
    Symbolizer symbolizer(own_options());
    EXPECT_EQ(chain(symbolizer, image_of(path("one")), places["static"]).back(),
              at("plain_static(int)", line_of("sites.cpp", "static")));
}

// The compiler was given a relative path: the frame has an absolute one, whatever the compiler makes of it.
TEST_F(SymbolsDwarfTest, FilesAreAbsolute) {
    run("mkdir -p src/deep obj && cp '" + source_path("sites.cpp") + "' '" + source_path("probe.h") + "' src");
    for (const char* compiler : {"g++ -gdwarf-5", "g++ -gdwarf-4", "clang++ -gdwarf-5", "clang++ -gdwarf-4"}) {
        if (!has_tool(std::string(compiler).substr(0, std::string(compiler).find(' ')))) continue;
        run(std::string("cd obj && ") + compiler + " -O2 -o ../sites ../src/deep/../sites.cpp");
        Symbolizer symbolizer(own_options());
        for (const Frame& frame : symbolizer.resolve(image_of(path("sites")), truth(path("sites"))["inlined"], false))
            EXPECT_EQ(frame.file, path("src/sites.cpp")) << compiler;
    }
}

TEST_F(SymbolsDwarfTest, RustNamesHaveNoHashes) {
    if (!has_tool("rustc")) GTEST_SKIP() << "rustc is not installed";
    for (const char* mangling : {"legacy", "v0"}) {
        const std::string option = mangling == std::string("v0") ? " -C symbol-mangling-version=v0" : "";
        build("rustc -g -O" + option, "sites.rs", "rust");
        const std::uint64_t pc = truth(path("rust"))["rust"];
        Symbolizer symbolizer(own_options());
        const auto frames = symbolizer.resolve(image_of(path("rust")), pc, false);
        EXPECT_EQ(frames.front().function, "sites::basket::fill") << mangling;
        EXPECT_EQ(frames.front().line, line_of("sites.rs", "rust")) << mangling;
    }
}

}  // namespace
}  // namespace dregs
