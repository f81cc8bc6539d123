// Traces made of other tools' lists: every block of a list is in the trace once, wherever it lies.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "analyzer/import/foreign_heap.h"
#include "analyzer/trace/load.h"
#include "analyzer/trace/named_frame.h"

namespace dregs {
namespace {

using Blocks = std::multimap<std::uint64_t, std::uint64_t>;  // address, bytes

Blocks blocks_of(ForeignHeap& heap, std::size_t& file_bytes) {
    const std::vector<std::uint8_t> bytes = heap.finish();
    file_bytes = bytes.size();
    Blocks found;
    load_trace(MemorySource("imported", absl::MakeConstSpan(bytes)),
               [&](const LiveBlock& block) { found.emplace(block.address, block.bytes); });
    return found;
}

TEST(ForeignHeapTest, KeepsBlocksThatNoHeapOfOursCouldHold) {
    ForeignHeap heap("list", "test");
    const std::uint32_t stack = heap.add_frame(format::kStackWhole, {"main", "a.c", 7, ""});
    Blocks given;
    const auto give = [&](std::uint64_t address, std::uint64_t bytes) {
        given.emplace(address, bytes);
        heap.add_block(address, bytes, stack, 0);
    };
    std::mt19937_64 random(4711);
    for (int i = 0; i < 20'000; ++i) give(0x7000'0000 + random() % 0x40'0000, random() % 200);  // overlapping, odd
    give(1, 0);
    give(format::kAddressLimit - 1, format::kMaxBlockBytes);
    std::size_t file_bytes = 0;
    EXPECT_EQ(blocks_of(heap, file_bytes), given);
}

TEST(ForeignHeapTest, StaysInProportionToItsBlocks) {
    ForeignHeap heap("list", "test");
    constexpr std::uint64_t kBlocks = 10'000;
    for (std::uint64_t i = 1; i <= kBlocks; ++i) heap.add_block(i * format::kLeafSpan, 16, format::kStackNone, 0);
    std::size_t file_bytes = 0;
    EXPECT_EQ(blocks_of(heap, file_bytes).size(), kBlocks);
    EXPECT_LT(file_bytes, kBlocks * 256);  // a leaf each would be 16 KiB
}

// Without a label is without a pointer to one, which memcpy must not get: seen by UBSan.
TEST(ForeignHeapTest, LabelsAreKeptAsFarAsTheyFit) {
    ForeignHeap heap("list", "test");
    heap.add_scope("bare", 0);
    heap.add_scope("labeled", 0, "freeing");
    heap.add_scope("long", 0, std::string(100, 'x'));
    const std::vector<std::uint8_t> bytes = heap.finish();
    std::vector<std::string> labels;
    const Trace trace = load_trace(MemorySource("imported", absl::MakeConstSpan(bytes)), [](const LiveBlock&) {});
    for (const format::Scope& scope : trace.scopes()) {
        if (scope.kind != 0) labels.emplace_back(scope.label, strnlen(scope.label, sizeof scope.label));
    }
    EXPECT_EQ(labels, (std::vector<std::string>{"", "freeing", std::string(sizeof format::Scope::label, 'x')}));
}

TEST(NamedFrameTest, ComesBackAsItWas) {
    for (const NamedFrame& frame : {NamedFrame{"f", "", 0, ""}, {"f", "a.c", 12, "/lib/x.so"}, {"", "", 0, "m"}}) {
        const std::string text = encode_named_frame(frame);
        const NamedFrame back = decode_named_frame(text);
        EXPECT_EQ(back.function, frame.function);
        EXPECT_EQ(back.file, frame.file);
        EXPECT_EQ(back.line, frame.line);
        EXPECT_EQ(back.module, frame.module);
    }
    EXPECT_EQ(decode_named_frame(encode_named_frame({"a\tb", "c\td", 1, ""})).file, "c d");
    for (const char* line : {"f\ta.c\t-3", "f\ta.c\t99999999999", "f\ta.c\tx", "f\ta.c"}) {
        EXPECT_EQ(decode_named_frame(line).line, 0) << line;
    }
}

}  // namespace
}  // namespace dregs
