// Which labels stand for many instances.
#include "analyzer/analysis/label_examples.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "trace_fixture.h"

namespace dregs {
namespace {

format::Scope began_at(std::uint32_t begin_cs, const std::string& label) {
    format::Scope scope = make_scope(1, format::ScopeState::kClosed, 0, 0, label.c_str());
    scope.begin_cs = begin_cs;
    return scope;
}

TEST(LabelExamples, TheOldestEachOnceWhateverTheOrder) {
    std::vector<std::pair<std::uint32_t, std::string>> instances;
    for (std::uint32_t i = 0; i < 40; ++i) instances.emplace_back(100 + i, "packet " + std::to_string(i / 2));
    std::mt19937 random(7);
    for (int round = 0; round < 50; ++round) {
        std::ranges::shuffle(instances, random);
        LabelExamples examples;
        for (const auto& [begin, label] : instances) examples.add(begin, began_at(begin, label));
        EXPECT_EQ(examples.labels(),
                  (std::vector<std::string>{"packet 0", "packet 1", "packet 2", "packet 3", "packet 4"}));
    }
}

TEST(LabelExamples, NoLabelIsNoExampleAndAFullFieldEnds) {
    LabelExamples examples;
    examples.add(1, began_at(1, ""));
    EXPECT_TRUE(examples.labels().empty());
    format::Scope full = began_at(2, "");
    std::ranges::fill(full.label, 'x');
    examples.add(2, full);
    EXPECT_EQ(examples.labels(), std::vector<std::string>{std::string(format::kLabelBytes, 'x')});
}

}  // namespace
}  // namespace dregs
