// Names from symbol tables alone: never the nearest one.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "analyzer/symbols/elf_image.h"
#include "tests/unit/analyzer/symbols_fixture.h"

namespace dregs {
namespace {

class SymbolsTableTest : public SymbolsTest {
  protected:
    void SetUp() override {
        SymbolsTest::SetUp();
        build("gcc -shared -nostdlib", "names.s", "names.so");
        module_ = image_of(path("names.so"));
    }
    std::uint64_t address_of(const std::string& symbol) const {
        std::istringstream lines(run("nm names.so"));
        std::string address, type, name;
        while (lines >> address >> type >> name)
            if (name == symbol) return std::stoull(address, nullptr, 16);
        ADD_FAILURE() << "no symbol " << symbol;
        return 0;
    }
    std::string name_at(std::uint64_t address) {
        const auto& frames = symbolizer_.resolve(module_, address, true);
        EXPECT_EQ(frames.size(), 1u);
        EXPECT_EQ(frames[0].offset, address);
        return frames[0].function;
    }
    ModuleImage module_;
    Symbolizer symbolizer_{own_options()};
};

TEST_F(SymbolsTableTest, ANameEndsWithItsSize) {
    const std::uint64_t begin = address_of("sized");
    EXPECT_EQ(name_at(begin), "sized");
    EXPECT_EQ(name_at(begin + 1), "sized");
    EXPECT_EQ(name_at(begin + 2), "");
    EXPECT_EQ(name_at(begin + 20), "");
    EXPECT_EQ(name_at(begin - 1), "");
}

TEST_F(SymbolsTableTest, ASymbolWithoutSizeNamesNothing) {
    EXPECT_EQ(name_at(address_of("unsized")), "");
    EXPECT_EQ(name_at(address_of("unsized") + 1), "");
}

TEST_F(SymbolsTableTest, AReturnAddressAfterTheLastInstructionIsStillTheFunctions) {
    const std::uint64_t end = address_of("sized") + 2;
    const Frame frame = symbolizer_.resolve(module_, end, false).front();
    EXPECT_EQ(frame.function, "sized");
    EXPECT_EQ(frame.offset, end);
    EXPECT_EQ(frame.function_offset, 2u);
    EXPECT_EQ(symbolizer_.resolve(module_, end, true).front().function, "");
    EXPECT_EQ(symbolizer_.resolve(module_, end - 2, false).front().function, "");
}

TEST_F(SymbolsTableTest, OfSeveralNamesTheMostPublicOneIsTaken) { EXPECT_EQ(name_at(address_of("zeta")), "zeta"); }

TEST_F(SymbolsTableTest, TheInnerOfNestedSymbolsWins) {
    const std::uint64_t begin = address_of("outer");
    EXPECT_EQ(name_at(begin + 1), "outer");
    EXPECT_EQ(name_at(begin + 2), "inner");
    EXPECT_EQ(name_at(begin + 3), "inner");
    EXPECT_EQ(name_at(begin + 4), "outer");
}

TEST_F(SymbolsTableTest, NamesAreDemangledAndCloneSuffixesTakenOff) {
    EXPECT_EQ(name_at(address_of("_ZN4shop4Cart3addEi")), "shop::Cart::add(int)");
    EXPECT_EQ(name_at(address_of("work.constprop.0")), "work");
}

TEST_F(SymbolsTableTest, DataAndWhatLiesOutsideTheCodeHasNoName) {
    EXPECT_EQ(name_at(address_of("table")), "");
    EXPECT_EQ(name_at(address_of("huge")), "huge");
    EXPECT_EQ(name_at(address_of("huge") + 4096), "");
    EXPECT_EQ(name_at(0), "");
    EXPECT_EQ(name_at(UINT64_MAX), "");
}

TEST_F(SymbolsTableTest, ABiasIsTakenOffAndThePathKept) {
    ModuleImage moved = module_;
    moved.bias = 0x7f0000000000;
    const auto& frames = symbolizer_.resolve(moved, moved.bias + address_of("sized"), true);
    EXPECT_EQ(frames.front().function, "sized");
    EXPECT_EQ(frames.front().offset, address_of("sized"));
    EXPECT_EQ(frames.front().module, module_.path);
    EXPECT_EQ(symbolizer_.resolve(moved, 4711, true).front().function, "");
}

TEST_F(SymbolsTableTest, MiniDebugInfoNamesLocalFunctions) {
    if (!has_tool("xz")) GTEST_SKIP() << "xz is not installed";
    const std::uint64_t inner = address_of("inner");
    run("objcopy --only-keep-debug names.so mini && xz -k mini && strip names.so");
    module_ = image_of(path("names.so"));
    EXPECT_EQ(name_at(inner), "outer");
    run("objcopy --add-section .gnu_debugdata=mini.xz names.so packed.so");
    module_ = image_of(path("packed.so"));
    EXPECT_EQ(name_at(inner), "inner");
    run("printf garbage > bad.xz && objcopy --add-section .gnu_debugdata=bad.xz names.so bad.so");
    module_ = image_of(path("bad.so"));
    EXPECT_EQ(name_at(inner), "outer");
}

// Functions that Debian's libwireshark does not export have no name in it. Each lies behind some export.
TEST_F(SymbolsTableTest, LibwiresharksHiddenFunctionsHaveNoName) {
    const std::string library = "/usr/lib/x86_64-linux-gnu/libwireshark.so.16";
    if (!ElfImage::open(library)) GTEST_SKIP() << "libwireshark16 is not installed";
    struct Export {
        std::uint64_t begin, size;
        std::string name;
    };
    std::vector<Export> exports;
    std::istringstream lines(
        run("readelf --dyn-syms -W " + library + " | awk '$4==\"FUNC\" && $7!=\"UND\"{print $2,$3,$8}'"));
    std::string begin, size, name;
    while (lines >> begin >> size >> name)
        exports.push_back({std::stoull(begin, nullptr, 16), std::stoull(size), name});
    ASSERT_GT(exports.size(), 1000u);
    std::sort(exports.begin(), exports.end(), [](const Export& a, const Export& b) { return a.begin < b.begin; });
    module_ = image_of(library);
    std::size_t hidden = 0;
    for (std::size_t i = 0; i + 1 < exports.size(); ++i) {
        if (exports[i].size == 0) continue;
        EXPECT_NE(name_at(exports[i].begin + exports[i].size / 2), "") << exports[i].name;
        const std::uint64_t end = exports[i].begin + exports[i].size;
        if (end + 256 > exports[i + 1].begin) continue;
        EXPECT_EQ(name_at(end + 128), "") << "after " << exports[i].name;
        ++hidden;
    }
    EXPECT_GT(hidden, 100u);
    EXPECT_TRUE(symbolizer_.warnings().empty());
}

}  // namespace
}  // namespace dregs
