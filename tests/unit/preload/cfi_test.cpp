// Call-frame information by hand: each instruction, each shape of a section, and bytes that make no sense.
#include "preload/unwind/cfi.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>

#include "cfi_builder.h"
#include "mapped_object.h"
#include "preload/unwind/cfi_program.h"
#include "preload/unwind/unwind_row.h"

namespace dregs {
namespace {

constexpr std::uint64_t kCode = 0x400000;

// The rules at `kCode + at` of one function with this program; nullopt where there are none.
std::optional<Rules> rules_of(const Bytes& program, std::uint64_t at, const CfiShape& shape = {}) {
    const CfiBuilder built(shape, {{kCode, 0x20000, program}});
    FrameDescription frame;
    Rules rules;
    if (!find_description(built.image(), kCode + at, &frame)) return std::nullopt;
    if (!run_program(built.image(), frame, kCode + at, &rules)) return std::nullopt;
    return rules;
}

Row row_of(const Bytes& program, const CfiShape& shape = {}) {
    const CfiBuilder built(shape, {{kCode, 0x20000, program}});
    return make_row(built.image(), kCode + 0x100, true);
}

Bytes operator+(Bytes a, const Bytes& b) {
    append(a, b);
    return a;
}

TEST(CfiProgram, InitialRulesHoldFromTheStart) {
    const auto rules = rules_of({}, 0);
    ASSERT_TRUE(rules);
    EXPECT_EQ(rules->cfa_register, kRsp);
    EXPECT_EQ(rules->cfa_value, 8);
    EXPECT_EQ(rules->kind[kReturnAddress], RuleKind::kOffset);
    EXPECT_EQ(rules->value[kReturnAddress], -8);
    EXPECT_EQ(rules->kind[kRbp], RuleKind::kUnspecified);
}

TEST(CfiProgram, LocationsAdvanceAndTheRowBeforeHoldsUntilThen) {
    struct Case {
        Bytes advance;
        std::uint64_t by;
    };
    for (const Case& c : {Case{{0x40 | 5}, 5}, Case{{0x02, 200}, 200}, Case{{0x03, 0x10, 0x02}, 0x210},
                          Case{{0x04, 0x00, 0x00, 0x01, 0x00}, 0x10000},
                          Case{{0x01, 0x34, 0x12, 0x40, 0, 0, 0, 0, 0}, 0x1234}}) {  // set_loc
        const Bytes program = c.advance + Bytes{0x0E, 16};
        EXPECT_EQ(rules_of(program, c.by - 1)->cfa_value, 8) << c.by;
        EXPECT_EQ(rules_of(program, c.by)->cfa_value, 16) << c.by;
    }
}

TEST(CfiProgram, WaysToSayTheCfa) {
    EXPECT_EQ(rules_of({0x0C, 6, 16}, 0)->cfa_register, kRbp);
    EXPECT_EQ(rules_of({0x0D, 6}, 0)->cfa_register, kRbp);
    EXPECT_EQ(rules_of({0x0D, 6}, 0)->cfa_value, 8);
    EXPECT_EQ(rules_of({0x0E, 0x80, 0x20}, 0)->cfa_value, 4096);
    EXPECT_EQ(rules_of({0x12, 6, 0x7E}, 0)->cfa_value, 16);  // -2 * -8
    EXPECT_EQ(rules_of({0x13, 0x7D}, 0)->cfa_value, 24);
    const auto expression = rules_of({0x0F, 2, 0x77, 8}, 0);
    EXPECT_TRUE(expression->cfa_is_expression);
    EXPECT_FALSE(rules_of({0x0C, 16, 8}, 0)) << "CFA from the return address";
}

TEST(CfiProgram, WaysToSaveARegister) {
    const auto kind = [](const Bytes& program) { return rules_of(program, 0)->kind[kRbp]; };
    const auto value = [](const Bytes& program) { return rules_of(program, 0)->value[kRbp]; };
    EXPECT_EQ(value({0x80 | 6, 2}), -16);
    EXPECT_EQ(value({0x05, 6, 3}), -24);
    EXPECT_EQ(value({0x11, 6, 0x7F}), 8);
    EXPECT_EQ(value({0x2F, 6, 2}), 16);
    EXPECT_EQ(kind({0x05, 6, 3}), RuleKind::kOffset);
    EXPECT_EQ(kind({0x14, 6, 3}), RuleKind::kValOffset);
    EXPECT_EQ(value({0x14, 6, 3}), -24);
    EXPECT_EQ(value({0x15, 6, 0x7E}), 16);
    EXPECT_EQ(kind({0x09, 6, 12}), RuleKind::kRegister);
    EXPECT_EQ(value({0x09, 6, 12}), 12);
    EXPECT_EQ(kind({0x07, 6}), RuleKind::kUndefined);
    EXPECT_EQ(kind({0x08, 6}), RuleKind::kSame);
    EXPECT_EQ(kind({0x10, 6, 1, 0x30}), RuleKind::kExpression);
    EXPECT_EQ(kind({0x16, 6, 1, 0x30}), RuleKind::kValExpression);
    EXPECT_EQ(kind({0x80 | 17, 2, 0x05, 0x80, 0x01, 1}), RuleKind::kUnspecified) << "vector registers do not matter";
}

TEST(CfiProgram, RestoreAndRememberedStates) {
    const Bytes saved{0x80 | 6, 2, 0x0E, 16};
    EXPECT_EQ(rules_of(saved + Bytes{0xC0 | 6}, 0)->kind[kRbp], RuleKind::kUnspecified);
    EXPECT_EQ(rules_of(saved + Bytes{0x06, 6}, 0)->kind[kRbp], RuleKind::kUnspecified);
    EXPECT_EQ(rules_of({0x07, 16, 0xC0 | 16}, 0)->kind[kReturnAddress], RuleKind::kOffset);
    const auto nested = rules_of(Bytes{0x0A} + saved + Bytes{0x0A, 0x0E, 99, 0x0B, 0x40 | 1, 0x0B}, 1);
    EXPECT_EQ(nested->cfa_value, 8);
    EXPECT_EQ(nested->kind[kRbp], RuleKind::kUnspecified);
    EXPECT_EQ(rules_of(Bytes{0x0A} + saved + Bytes{0x0A, 0x0E, 99, 0x0B, 0x40 | 1, 0x0B}, 0)->cfa_value, 16);
    EXPECT_FALSE(rules_of({0x0B}, 0)) << "nothing was remembered";
    EXPECT_EQ(rules_of(Bytes(100, 0x0A), 0)->cfa_value, 8) << "remembers a hundred times";
    EXPECT_EQ(rules_of({0x2E, 0x80, 0x01, 0x0E, 24}, 0)->cfa_value, 24) << "args_size is stepped over";
    EXPECT_FALSE(rules_of({0x3F}, 0)) << "an instruction that does not exist";
}

// Each state that is remembered has another CFA; all are restored, one after the other.
TEST(CfiProgram, AnyNumberOfRememberedStates) {
    for (const std::uint8_t depth : std::initializer_list<std::uint8_t>{4, 17, 60}) {
        Bytes program;
        for (std::uint8_t level = 0; level < depth; ++level)
            program = program + Bytes{0x0E, static_cast<std::uint8_t>(16 + level), 0x0A};
        program = program + Bytes{0x0E, 99};
        for (std::uint8_t level = depth; level-- > 0;) {
            program = program + Bytes{0x0B, 0x40 | 1};  // restore, advance: from here on the next one's
            ASSERT_EQ(rules_of(program, depth - level - 1u)->cfa_value, 16 + level) << "of " << int{depth};
            program = program + Bytes{0x0A, 0x0E, 98, 0x0B};  // remembered and restored in between: nothing
        }
        EXPECT_FALSE(rules_of(program + Bytes{0x0B}, depth)) << "one more than were remembered";
    }
}

TEST(CfiProgram, NestedStatesThatWouldTakeForEverAreRefused) {
    Bytes program;
    for (int i = 0; i < 20'000; ++i) program = program + Bytes{0x0A, 0x0B};
    EXPECT_FALSE(rules_of(program, 0));
}

TEST(Cfi, ShapesOfSections) {
    const Bytes program{0x0E, 32};
    const auto cfa = [&](const CfiShape& shape) {
        const auto rules = rules_of(program, 0, shape);
        return rules ? rules->cfa_value : -1;
    };
    CfiShape shape;
    shape.augmentation = "zPLR";
    shape.augmentation_data = {0x00, 1, 2, 3, 4, 5, 6, 7, 8, 0x1B, 0x00};
    EXPECT_EQ(cfa(shape), 32);
    shape.augmentation = "zR\x01?";  // letters nobody knows, after those that matter
    shape.augmentation_data = {0x00, 42};
    EXPECT_EQ(cfa(shape), 32);
    shape.augmentation = "";
    EXPECT_EQ(cfa(shape), 32);
    shape = {};
    for (const std::uint8_t version : {std::uint8_t{3}, std::uint8_t{4}}) {
        shape.cie_version = version;
        EXPECT_EQ(cfa(shape), 32) << int{version};
    }
    shape.cie_version = 2;
    EXPECT_EQ(cfa(shape), -1);
    shape = {};
    shape.long_lengths = true;
    EXPECT_EQ(cfa(shape), 32);
    shape.table = false;
    EXPECT_EQ(cfa(shape), 32) << "found without a table";
    shape.long_lengths = false;
    EXPECT_EQ(cfa(shape), 32) << "found without a table";
}

TEST(Cfi, TheRightFunctionIsFoundAndNoneInGaps) {
    for (const bool table : {true, false}) {
        CfiShape shape;
        shape.table = table;
        std::vector<CfiBuilder::Function> functions;
        for (std::uint8_t i = 0; i < 50; ++i)
            functions.push_back({kCode + 0x100u * i, 0x80, {0x0E, static_cast<std::uint8_t>(8 + i)}});
        const CfiBuilder built(shape, functions);
        FrameDescription frame;
        for (std::uint64_t i = 0; i < 50; ++i) {
            const std::uint64_t begin = kCode + 0x100 * i;
            for (const std::uint64_t pc : {begin, begin + 1, begin + 0x7F}) {
                ASSERT_TRUE(find_description(built.image(), pc, &frame));
                EXPECT_EQ(frame.pc_begin, begin);
            }
            EXPECT_FALSE(find_description(built.image(), begin + 0x80, &frame));
            EXPECT_FALSE(find_description(built.image(), begin + 0xFF, &frame));
        }
        EXPECT_FALSE(find_description(built.image(), kCode - 1, &frame));
    }
}

TEST(UnwindRow, PacksWhatItCanAndSaysWhatItCannot) {
    EXPECT_EQ(row_of({}).kind(), RowKind::kFromSp);
    EXPECT_EQ(row_of({}).cfa(), 8);
    EXPECT_FALSE(row_of({}).saves_bp());
    const Row framed = row_of({0x0C, 6, 16, 0x80 | 6, 2});
    EXPECT_EQ(framed.kind(), RowKind::kFromBp);
    EXPECT_EQ(framed.cfa(), 16);
    EXPECT_EQ(framed.bp(), -16);
    EXPECT_EQ(row_of({0x07, 16}).kind(), RowKind::kEnd);
    EXPECT_EQ(row_of({0x0C, 3, 16}).kind(), RowKind::kComplex) << "CFA from rbx";
    EXPECT_EQ(row_of({0x09, 6, 12}).kind(), RowKind::kComplex) << "rbp in r12";
    EXPECT_EQ(row_of({0x80 | 16, 2}).kind(), RowKind::kComplex) << "return address elsewhere";
    EXPECT_EQ(row_of({0x0E, 0}).kind(), RowKind::kComplex) << "return address below the stack pointer";
    EXPECT_EQ(row_of({0x3F}).kind(), RowKind::kNoUnwind);
    CfiShape other;
    other.return_register = 17;
    EXPECT_EQ(row_of({}, other).kind(), RowKind::kNoUnwind);
}

TEST(UnwindRow, LargeFramesFit) {
    Bytes program{0x0E};
    append(program, {0x80, 0x80, 0x80, 0x20});  // 64 MiB
    EXPECT_EQ(row_of(program).kind(), RowKind::kFromSp);
    EXPECT_EQ(row_of(program).cfa(), 64 << 20);
    EXPECT_EQ(row_of({0x0E, 0x80, 0x80, 0x80, 0x80, 0x01}).kind(), RowKind::kComplex);
}

TEST(UnwindRow, RealignedStack) {
    // CFA = *(rbp - 8); rbp saved at rbp + 0: gcc's dynamic realignment
    const Row row = row_of({0x0F, 3, 0x76, 0x78, 0x06, 0x10, 6, 2, 0x76, 0});
    EXPECT_EQ(row.kind(), RowKind::kFromBpWord);
    EXPECT_EQ(row.cfa(), -8);
    EXPECT_EQ(row.bp(), 0);
}

TEST(UnwindRow, ProcedureLinkageTable) {
    // CFA = rsp + 8 + ((rip & 15) >= 11) * 8, as the linkers describe their PLT
    const Bytes program{0x0F, 11, 0x77, 8, 0x80, 0, 0x3F, 0x1A, 0x3B, 0x2A, 0x33, 0x24, 0x22};
    const CfiBuilder built({}, {{kCode, 0x1000, program}});
    EXPECT_EQ(make_row(built.image(), kCode + 0x20A, true).cfa(), 8);
    EXPECT_EQ(make_row(built.image(), kCode + 0x20B, true).cfa(), 16);
    EXPECT_EQ(make_row(built.image(), kCode + 0x20B, true).kind(), RowKind::kFromSp);
}

TEST(UnwindRow, ReturnAddressesAreLookedUpInTheCallBefore) {
    const CfiBuilder built({}, {{kCode, 0x100, {0x40 | 0x10, 0x0E, 48}}, {kCode + 0x100, 0x100, {0x0E, 24}}});
    EXPECT_EQ(make_row(built.image(), kCode + 0x10, false).cfa(), 8);
    EXPECT_EQ(make_row(built.image(), kCode + 0x10, true).cfa(), 48);
    const Row ends = make_row(built.image(), kCode + 0x100, false);
    EXPECT_EQ(ends.kind(), RowKind::kDoubtful) << "a call that ends a function, or the beginning of the next one";
    EXPECT_EQ(ends.undoubted().kind(), RowKind::kFromSp);
    EXPECT_EQ(ends.undoubted().cfa(), 48);
    EXPECT_EQ(make_row(built.image(), kCode, false).kind(), RowKind::kPlanted) << "by makecontext";
    EXPECT_EQ(make_row(built.image(), kCode + 0x200, true).kind(), RowKind::kNoUnwind);
}

// Rows of a real library whose unwind sections were overwritten at random: any result is right but a crash. The mapping
// ends at a page that cannot be read.
class MutatedCfi : public ::testing::TestWithParam<unsigned> {};

TEST_P(MutatedCfi, NeverReadsOutside) {
    std::mt19937 random(GetParam());
    MappedObject object("/proc/self/exe");
    ASSERT_TRUE(object.loaded());
    std::uint8_t* const begin = object.header();
    const std::size_t length =
        std::min<std::size_t>(object.image().end - reinterpret_cast<std::uintptr_t>(begin), 200'000);
    const auto& [low, high] = object.code().front();
    const Bytes header(begin, begin + 64);  // put back from time to time, so that some look-ups get past it
    unsigned rows = 0;
    for (int round = 0; round < 4000; ++round) {
        for (int i = 0; i < 20; ++i) {
            const std::size_t near_header = random() % 4 == 0 ? 64 : length;
            begin[random() % near_header] = static_cast<std::uint8_t>(random() % 3 == 0 ? 0xFF : random());
        }
        for (int i = 0; i < 20; ++i) {
            const std::uintptr_t pc = object.bias() + low + random() % (high - low);
            rows += make_row(object.image(), pc, i % 2 == 0).kind() != RowKind::kNoUnwind;
        }
        if (round % 4 == 3) std::copy(header.begin(), header.end(), begin);
    }
    EXPECT_GT(rows, 100u) << "the mutations left nothing to look at";
}

INSTANTIATE_TEST_SUITE_P(Seeds, MutatedCfi, ::testing::Range(0u, 5u));

}  // namespace
}  // namespace dregs
