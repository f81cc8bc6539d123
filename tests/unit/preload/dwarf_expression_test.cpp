// Each operation of DWARF expressions, read with registers at hand and ahead of time.
#include "preload/unwind/dwarf_expression.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace dregs {
namespace {

using Bytes = std::vector<std::uint8_t>;

class Expression {
  public:
    explicit Expression(const Bytes& body) : bytes_{static_cast<std::uint8_t>(body.size())} {
        bytes_.insert(bytes_.end(), body.begin(), body.end());
    }
    CodeImage image() const {
        const auto begin = reinterpret_cast<std::uintptr_t>(bytes_.data());
        return {begin, begin + bytes_.size(), bytes_.data(), nullptr};
    }

  private:
    Bytes bytes_;
};

std::optional<std::int64_t> value_of(const Bytes& body, const RegisterFile& registers = {},
                                     std::optional<std::uint64_t> cfa = std::nullopt) {
    const Expression expression(body);
    std::uint64_t result = 0;
    const ExpressionStart start = cfa ? ExpressionStart::kCfa : ExpressionStart::kEmpty;
    if (!evaluate_expression(expression.image(), 0, registers, start, cfa.value_or(0), &result)) return std::nullopt;
    return static_cast<std::int64_t>(result);
}

TEST(DwarfExpression, Constants) {
    EXPECT_EQ(value_of({0x30}), 0);
    EXPECT_EQ(value_of({0x4F}), 31);
    EXPECT_EQ(value_of({0x08, 200}), 200);
    EXPECT_EQ(value_of({0x09, 200}), -56);
    EXPECT_EQ(value_of({0x0A, 0xFF, 0xFF}), 65535);
    EXPECT_EQ(value_of({0x0B, 0xFF, 0xFF}), -1);
    EXPECT_EQ(value_of({0x0C, 0xFF, 0xFF, 0xFF, 0xFF}), 4294967295);
    EXPECT_EQ(value_of({0x0D, 0xFE, 0xFF, 0xFF, 0xFF}), -2);
    EXPECT_EQ(value_of({0x0E, 1, 0, 0, 0, 0, 0, 0, 0x80}), INT64_MIN + 1);
    EXPECT_EQ(value_of({0x10, 0xE5, 0x8E, 0x26}), 624485);
    EXPECT_EQ(value_of({0x11, 0xC0, 0xBB, 0x78}), -123456);
    EXPECT_EQ(value_of({0x03, 5, 0, 0, 0, 0, 0, 0, 0}), 5);
}

TEST(DwarfExpression, StackOperations) {
    EXPECT_EQ(value_of({0x31, 0x32, 0x12, 0x22}), 4);        // dup
    EXPECT_EQ(value_of({0x31, 0x32, 0x13}), 1);              // drop
    EXPECT_EQ(value_of({0x31, 0x32, 0x14}), 1);              // over
    EXPECT_EQ(value_of({0x31, 0x32, 0x33, 0x15, 2}), 1);     // pick
    EXPECT_EQ(value_of({0x31, 0x35, 0x16, 0x1C}), 4);        // swap, minus
    EXPECT_EQ(value_of({0x31, 0x32, 0x33, 0x17}), 2);        // rot: the second is on top
    EXPECT_EQ(value_of({0x31, 0x32, 0x33, 0x17, 0x13}), 1);  // ... then the third ...
    EXPECT_EQ(value_of({0x31, 0x32, 0x33, 0x17, 0x13, 0x13}), 3);
}

TEST(DwarfExpression, Arithmetic) {
    const auto binary = [](std::int8_t a, std::int8_t b, std::uint8_t operation) {
        return value_of({0x09, static_cast<std::uint8_t>(a), 0x09, static_cast<std::uint8_t>(b), operation});
    };
    EXPECT_EQ(binary(12, 10, 0x1A), 8);
    EXPECT_EQ(binary(12, 10, 0x21), 14);
    EXPECT_EQ(binary(12, 10, 0x27), 6);
    EXPECT_EQ(binary(-7, 2, 0x1B), -3);
    EXPECT_EQ(binary(7, 0, 0x1B), std::nullopt);
    EXPECT_EQ(binary(7, -1, 0x1B), -7);
    EXPECT_EQ(binary(7, 4, 0x1D), 3);
    EXPECT_EQ(binary(7, 0, 0x1D), std::nullopt);
    EXPECT_EQ(binary(7, -3, 0x1E), -21);
    EXPECT_EQ(binary(7, 9, 0x1C), -2);
    EXPECT_EQ(binary(1, 4, 0x24), 16);
    EXPECT_EQ(binary(1, 64, 0x24), 0);
    EXPECT_EQ(binary(-16, 4, 0x26), -1);
    EXPECT_EQ(binary(-1, 60, 0x25), 15);
    EXPECT_EQ(binary(-1, 100, 0x26), -1);
    EXPECT_EQ(value_of({0x09, 0xFB, 0x19}), 5);
    EXPECT_EQ(value_of({0x35, 0x1F}), -5);
    EXPECT_EQ(value_of({0x30, 0x20}), -1);
    EXPECT_EQ(value_of({0x35, 0x23, 0x80, 0x01}), 133);
}

TEST(DwarfExpression, ComparisonsAreSigned) {
    const auto compare = [](std::int8_t a, std::int8_t b, std::uint8_t operation) {
        return value_of({0x09, static_cast<std::uint8_t>(a), 0x09, static_cast<std::uint8_t>(b), operation});
    };
    EXPECT_EQ(compare(-1, 1, 0x29), 0);
    EXPECT_EQ(compare(-1, 1, 0x2A), 0);
    EXPECT_EQ(compare(-1, 1, 0x2B), 0);
    EXPECT_EQ(compare(-1, 1, 0x2C), 1);
    EXPECT_EQ(compare(-1, 1, 0x2D), 1);
    EXPECT_EQ(compare(-1, 1, 0x2E), 1);
}

TEST(DwarfExpression, Branches) {
    EXPECT_EQ(value_of({0x31, 0x28, 1, 0, 0x30, 0x35}), 5);       // taken: over the literal 0
    EXPECT_EQ(value_of({0x37, 0x30, 0x28, 1, 0, 0x36}), 6);       // not taken
    EXPECT_EQ(value_of({0x2F, 1, 0, 0x31, 0x32}), 2);             // skip
    EXPECT_EQ(value_of({0x31, 0x2F, 0xFD, 0xFF}), std::nullopt);  // for ever
    EXPECT_EQ(value_of({0x31, 0x2F, 0x00, 0x10}), std::nullopt);  // out
    EXPECT_EQ(value_of({0x31, 0x2F, 0x00, 0x90}), std::nullopt);
}

TEST(DwarfExpression, RegistersAndMemory) {
    const std::uint64_t memory[] = {0x1122334455667788, 42};
    RegisterFile registers{};
    registers.set(kRsp, reinterpret_cast<std::uintptr_t>(memory));
    registers.set(12, 1000);
    EXPECT_EQ(value_of({0x77, 8, 0x06}, registers), 42);
    EXPECT_EQ(value_of({0x77, 0, 0x94, 1}, registers), 0x88);
    EXPECT_EQ(value_of({0x77, 0, 0x94, 4}, registers), 0x55667788);
    EXPECT_EQ(value_of({0x77, 0, 0x94, 3}, registers), std::nullopt);
    EXPECT_EQ(value_of({0x92, 12, 0x7B}, registers), 995);
    EXPECT_EQ(value_of({0x5C}, registers), 1000);
    EXPECT_EQ(value_of({0x90, 12}, registers), 1000);
    EXPECT_EQ(value_of({0x73, 0}, registers), std::nullopt) << "rbx is not known";
    EXPECT_EQ(value_of({0x92, 40, 0}, registers), std::nullopt);
    EXPECT_EQ(value_of({0x38, 0x1C}, registers, 100), 92) << "begins with the CFA";
}

TEST(DwarfExpression, NonsenseYieldsNothing) {
    EXPECT_EQ(value_of({}), std::nullopt);
    EXPECT_EQ(value_of({0x22}), std::nullopt);
    EXPECT_EQ(value_of({0x31, 0x22}), std::nullopt);
    EXPECT_EQ(value_of({0x13}), std::nullopt);
    EXPECT_EQ(value_of({0x31, 0x16}), std::nullopt);
    EXPECT_EQ(value_of({0x08}), std::nullopt);
    EXPECT_EQ(value_of({0x10, 0x80}), std::nullopt);
    EXPECT_EQ(value_of(Bytes(60, 0x31)), std::nullopt) << "deeper than its stack";
    EXPECT_EQ(value_of({0xE0}), std::nullopt);
}

std::optional<AddressForm> form_of(const Bytes& body, ExpressionStart start = ExpressionStart::kEmpty) {
    const Expression expression(body);
    AddressForm form;
    if (!reduce_expression(expression.image(), 0, 0x1234B, start, &form)) return std::nullopt;
    return form;
}

TEST(DwarfExpression, ReducesToForms) {
    const auto deref = form_of({0x76, 0x78, 0x06});
    ASSERT_TRUE(deref);
    EXPECT_EQ(deref->base, AddressForm::kBp);
    EXPECT_TRUE(deref->loads);
    EXPECT_EQ(deref->inner, -8);
    const auto after = form_of({0x77, 8, 0x06, 0x23, 16});
    EXPECT_EQ(after->outer, 16);
    EXPECT_EQ(after->inner, 8);
    const auto plt = form_of({0x77, 8, 0x80, 0, 0x3F, 0x1A, 0x3B, 0x2A, 0x33, 0x24, 0x22});
    EXPECT_EQ(plt->base, AddressForm::kSp);
    EXPECT_EQ(plt->inner, 16);
    const auto from_cfa = form_of({0x38, 0x1C}, ExpressionStart::kCfa);
    EXPECT_EQ(from_cfa->base, AddressForm::kCfa);
    EXPECT_EQ(from_cfa->inner, -8);
    EXPECT_EQ(form_of({0x35, 0x77, 0, 0x22})->inner, 5) << "a number and an address, in that order";
}

TEST(DwarfExpression, WhatHasNoForm) {
    EXPECT_FALSE(form_of({0x73, 0})) << "rbx";
    EXPECT_FALSE(form_of({0x77, 0, 0x06, 0x06})) << "two loads";
    EXPECT_FALSE(form_of({0x77, 0, 0x76, 0, 0x22})) << "a sum of addresses";
    EXPECT_FALSE(form_of({0x77, 0, 0x48, 0x1A})) << "an address rounded";
    EXPECT_FALSE(form_of({0x77, 0, 0x28, 0, 0})) << "a branch on an address";
}

}  // namespace
}  // namespace dregs
