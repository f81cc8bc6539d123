// Split DWARF: what a program's other halves say is found wherever they are, and is what they said where the compiler
// put them.
#include <filesystem>
#include <fstream>
#include <random>

#include "analyzer/symbols/dwarf_info.h"
#include "analyzer/symbols/elf_image.h"
#include "tests/unit/analyzer/symbols_fixture.h"

namespace dregs {
namespace {

using Chains = std::map<std::string, std::vector<std::string>>;

class SymbolsSplitTest : public SymbolsTest {
  protected:
    // What is said of each place of the program, found as `module` says.
    Chains chains(const ModuleImage& module, const std::map<std::string, std::uint64_t>& places,
                  SymbolizerOptions options) const {
        Symbolizer symbolizer(std::move(options));
        Chains said;
        for (const auto& [name, address] : places) said[name] = chain(symbolizer, module, address);
        return said;
    }
    Chains chains(const std::string& program) const { return chains(image_of(program), truth(program), own_options()); }

    void pack(const std::string& tool, const std::string& program) const {
        run(tool + " -e " + program + " -o " + program + ".dwp && rm *.dwo");
    }
};

struct Packaging {
    const char* compiler;
    const char* tool;  // binutils' does not survive DWARF 5
};

class SymbolsPackageTest : public SymbolsSplitTest, public ::testing::WithParamInterface<Packaging> {
  protected:
    void SetUp() override {
        SymbolsSplitTest::SetUp();
        const std::string compiler = GetParam().compiler;
        for (const std::string& tool : {compiler.substr(0, compiler.find(' ')), std::string(GetParam().tool)})
            if (!has_tool(tool)) GTEST_SKIP() << tool << " is not installed";
    }
};

TEST_P(SymbolsPackageTest, SaysWhatTheFilesSaidThatItIsMadeOf) {
    build(std::string(GetParam().compiler) + " -gsplit-dwarf -c", "sites.cpp", "sites.o");
    run("echo 'int unused(int n) { return n + 1; }' > other.cpp && " + std::string(GetParam().compiler) +
        " -gsplit-dwarf -c other.cpp && g++ -no-pie -o sites other.o sites.o");
    const Chains before = chains(path("sites"));
    EXPECT_EQ(before.at("inlined").size(), 3u);
    pack(GetParam().tool, "sites");
    EXPECT_EQ(chains(path("sites")), before);
    run("rm sites.dwp");
    EXPECT_EQ(chains(path("sites")).at("inlined").size(), 1u);
}

// A unit in one piece: lists of ranges count from where it begins, which only the program says.
TEST_P(SymbolsPackageTest, RangesCountFromTheUnitsBegin) {
    build(std::string(GetParam().compiler) + " -gsplit-dwarf -c", "ranges.cpp", "ranges.o");
    run("g++ -o ranges ranges.o");
    const Chains whole = chains(build(GetParam().compiler, "ranges.cpp", "whole"));
    EXPECT_EQ(chains(path("ranges")), whole);
    pack(GetParam().tool, "ranges");
    EXPECT_EQ(chains(path("ranges")), whole);
}

INSTANTIATE_TEST_SUITE_P(Packages, SymbolsPackageTest,
                         ::testing::Values(Packaging{"g++ -O2 -g -gdwarf-5", "llvm-dwp"},
                                           Packaging{"g++ -O2 -g -gdwarf-4", "llvm-dwp"},
                                           Packaging{"g++ -O2 -g -gdwarf-4", "dwp"},
                                           Packaging{"clang++ -O2 -g -gdwarf-5", "llvm-dwp"},
                                           Packaging{"clang++ -O2 -g -gdwarf-4", "dwp"}));

TEST_F(SymbolsSplitTest, APackageIsFoundInTheTreesOfDebugFiles) {
    const std::string program = build("g++ -O2 -g -gdwarf-4 -gsplit-dwarf", "sites.cpp", "sites");
    const Chains before = chains(program);
    pack("dwp", "sites");
    const BuildId id = image_of(program).build_id;
    run("mkdir -p debug/.build-id/" + to_hex(id).substr(0, 2) + " && mv sites.dwp debug/.build-id/" +
        to_hex(id).substr(0, 2) + "/" + to_hex(id).substr(2) + ".dwp");
    EXPECT_EQ(chains(program), before);
    run("mkdir -p \"debug/$PWD\" && mv debug/.build-id/*/*.dwp \"debug/$PWD/sites.dwp\"");
    EXPECT_EQ(chains(program), before);
}

TEST_F(SymbolsSplitTest, APackageIsFoundBesideTheModuleOfASeparateDebugFile) {
    const std::string program = build("g++ -O2 -g -gdwarf-4 -gsplit-dwarf", "sites.cpp", "sites");
    const Chains before = chains(program);
    pack("dwp", "sites");
    run("objcopy --only-keep-debug sites debug/sites.debug && strip sites && "
        "objcopy --add-gnu-debuglink=debug/sites.debug sites && mkdir .debug && mv debug/sites.debug .debug/");
    EXPECT_EQ(chains(program), before);
}

// The names that the compiler was told lead into the sysroot, not to a file of ours.
TEST_F(SymbolsSplitTest, FilesAreFoundBelowASysroot) {
    run("mkdir -p src/deep root");
    build("cd src && g++ -O2 -g -gsplit-dwarf -c", "sites.cpp", "deep/sites.o");
    run("cd src && g++ -o ../sites deep/sites.o");
    const std::string program = path("sites");
    const auto places = truth(program);
    const ModuleImage module = image_of(program);
    const Chains before = chains(program);
    EXPECT_EQ(before.at("inlined").size(), 3u);
    run("mkdir -p \"root/$PWD\" && mv src sites \"root/$PWD/\"");
    SymbolizerOptions options = own_options();
    options.sysroot = path("root");
    EXPECT_EQ(chains(module, places, options), before);
    run("mv \"root/$PWD/src\" elsewhere");
    EXPECT_EQ(chains(module, places, options).at("inlined").size(), 1u);
    options.debug_paths = {path("elsewhere")};  // by the names alone
    EXPECT_EQ(chains(module, places, options), before);
}

// Starting anew for lack of memory opens the halves again.
TEST_F(SymbolsSplitTest, AnswersAreTheSameAfterStartingAnew) {
    const std::string program = build("g++ -O2 -g -gsplit-dwarf", "sites.cpp", "sites");
    FileProbes probes({});
    SymbolBudget all;
    ModuleBudget budget(all);
    const DebugFiles debug_files({}, nullptr);
    auto split_files =
        std::make_unique<SplitFiles>(debug_files, SplitFiles::Program{FileProbes::Where::kHere, program, {}}, probes);
    const auto info = DwarfInfo::open(ElfImage::open(program), nullptr, std::move(split_files), budget);
    ASSERT_TRUE(info);
    info->set_memory_limit(0);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(info->find(truth(program)["inlined"] - 1).size(), 3u);
    EXPECT_EQ(info->split().units, 1u);
    EXPECT_EQ(info->split().missing, 0u);
}

// A file of that name from another build says nothing.
TEST_F(SymbolsSplitTest, AnotherBuildsHalfIsNotBelieved) {
    const std::string program = build("g++ -O2 -g -gsplit-dwarf", "sites.cpp", "sites");
    const auto places = truth(program);
    run("for each in *.dwo; do mv $each kept; g++ -O1 -g -gsplit-dwarf -DANOTHER -o another '" +
        source_path("sites.cpp") + "'; mv another*.dwo $each 2>/dev/null || true; done");
    EXPECT_EQ(chains(image_of(program), places, own_options()).at("inlined").size(), 1u);
}

// It is opened only where it is a file; libdw by itself would wait for ever.
TEST_F(SymbolsSplitTest, APipeOfThatNameIsNotOpened) {
    const std::string program = build("g++ -O2 -g -gsplit-dwarf", "sites.cpp", "sites");
    run("for each in *.dwo; do rm $each; mkfifo $each; done; mkfifo sites.dwp");
    EXPECT_EQ(chains(program).at("inlined").size(), 1u);
}

// Each byte of the index, and a thousand of the rest.
TEST_F(SymbolsSplitTest, ADamagedPackageIsNoCrash) {
    const std::string program = build("g++ -O2 -g -gdwarf-4 -gsplit-dwarf", "sites.cpp", "sites");
    const auto places = truth(program);
    pack("dwp", "sites");
    std::ifstream file(path("sites.dwp"), std::ios::binary);
    const std::string whole((std::istreambuf_iterator<char>(file)), {});
    std::mt19937 random(4711);
    std::size_t silent = 0;
    for (int round = 0; round < 300; ++round) {
        std::string bytes = whole;
        for (int i = 0; i < 4; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
        std::ofstream(path("sites.dwp"), std::ios::binary) << bytes;
        silent += chains(image_of(program), places, own_options()).at("inlined").size() < 3 ? 1 : 0;
    }
    EXPECT_GT(silent, 0u);
}

}  // namespace
}  // namespace dregs
