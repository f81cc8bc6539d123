// Files that are no sound trace: every one gives an Error with a line for the user, or a sound result. Run under ASan
// too.
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <random>

#include "analyzer/analysis/ranking.h"
#include "analyzer/analysis/scope_report.h"
#include "analyzer/trace/error.h"
#include "analyzer/trace/header_reader.h"
#include "analyzer/trace/trace_names.h"
#include "trace_fixture.h"

namespace dregs {
namespace {

// All that a command would ask of a trace.
void use(const ByteSource& source) {
    BlockSums sums(read_header(source).sample_bytes);
    Trace trace = load_trace(source, [&](const LiveBlock& block) { sums.add(block); });
    NamingRoom naming({}, WrapperList(), false);
    Profile profile(std::move(trace), sums, {}, naming);
    for (const Row& row : rank_blocks(profile, {})) {
        (void)profile.namer().frames(row.top_stack);
        (void)profile.namer().cut_reason(row.top_stack);
    }
    report_scopes(profile);
    (void)read_trace_names(source);
}

std::string error_of(const std::vector<std::uint8_t>& bytes) {
    try {
        use(MemorySource("bad.dregs", bytes));
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

template <class T>
void patch(std::vector<std::uint8_t>& bytes, std::uint64_t offset, T value) {
    std::memcpy(&bytes[offset], &value, sizeof(value));
}

format::Header& header_of(std::vector<std::uint8_t>& bytes) { return *reinterpret_cast<format::Header*>(bytes.data()); }

std::vector<std::uint8_t> sample() {
    TraceWriter writer = sample_trace();
    return writer.finish();
}

TEST(HostileTrace, SaysWhatTheFileIs) {
    EXPECT_EQ(error_of({}), "bad.dregs: the file is empty, not a trace");
    const std::string text = " but text: `dregs import` makes traces of cjdns' snapshots and umdh's logs";
    EXPECT_EQ(error_of(std::vector<std::uint8_t>(20000, 'x')),
              "bad.dregs: offset 0x0: this is not a dregs trace" + text);
    EXPECT_EQ(error_of(std::vector<std::uint8_t>(20000, 1)), "bad.dregs: offset 0x0: this is not a dregs trace");
    EXPECT_EQ(error_of(std::vector<std::uint8_t>(3, 'D')), "bad.dregs: offset 0x0: this is not a dregs trace" + text);
}

TEST(HostileTrace, NamesANewerVersion) {
    std::vector<std::uint8_t> bytes = sample();
    header_of(bytes).version = 7;
    EXPECT_EQ(error_of(bytes), "bad.dregs: offset 0x8: written by a newer dregs: version 7, this one knows 1");
    bytes.resize(12);  // a newer format may have another header: the version is told all the same
    EXPECT_EQ(error_of(bytes), "bad.dregs: offset 0x8: written by a newer dregs: version 7, this one knows 1");
}

// Else a table of 4 MiB stands for a million names of 3 MiB.
TEST(HostileTrace, StringsThatOverlapAreAnError) {
    TraceWriter writer;
    const std::string twice(
        "\4\0\0\0"
        "name"
        "\4\0\0\0"
        "name",
        16);  // a length, and what is as long
    const format::StringRef outer = writer.add_string(twice);
    const auto named = [&](std::uint32_t caller, format::StringRef name) {
        return writer.add_node(caller, format::make_location(name, format::kNamedModule, true));
    };
    const std::uint32_t apart = named(named(format::kStackWhole, outer + 4), outer + 12);
    writer.add_block(0x10000, 8, apart, 0);
    TraceWriter overlapping = writer;
    EXPECT_EQ(error_of(writer.finish()), "");
    overlapping.add_block(0x10100, 8,
                          overlapping.add_node(apart, format::make_location(outer, format::kNamedModule, true)), 0);
    EXPECT_NE(error_of(overlapping.finish()).find(" shares bytes with another"), std::string::npos);
}

// Of a stack that is 4096 times the same frame, all names are held at once.
TEST(HostileTrace, EndlessNamesOfFramesAreCut) {
    TraceWriter writer;
    std::uint32_t stack = format::kStackWhole;
    const format::StringRef name = writer.add_string(std::string(4u << 20, 'x'));
    for (std::uint32_t i = 1; i < 100; ++i)
        stack = writer.add_node(stack, format::make_location(name, format::kNamedModule, true));
    writer.add_block(0x10000, 8, stack, 0);
    const std::vector<std::uint8_t> written = writer.finish();
    const MemorySource source("long.dregs", written);
    BlockSums sums(0);
    Trace trace = load_trace(source, [&](const LiveBlock& block) { sums.add(block); });
    NamingRoom naming({}, WrapperList(), false);
    Profile profile(std::move(trace), sums, {}, naming);
    std::size_t bytes = 0;
    for (const Frame& frame : profile.namer().whole_stack(stack)) bytes += frame.function.size();
    EXPECT_EQ(bytes, 99 * (std::size_t{64} << 10));
}

TEST(HostileTrace, EveryTruncationIsAnError) {
    const std::vector<std::uint8_t> whole = sample();
    // The last leaf ends the file, so not one byte can be spared.
    for (std::size_t length = 0; length < whole.size(); length += length < 9000 ? 1 : 97) {
        const std::vector<std::uint8_t> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        EXPECT_NE(error_of(cut), "") << "cut to " << length;
    }
    EXPECT_EQ(error_of(whole), "");
}

TEST(HostileTrace, EveryHeaderBitFlippedIsAnErrorOrASoundResult) {
    const std::vector<std::uint8_t> whole = sample();
    for (std::size_t bit = 0; bit < sizeof(format::Header) * 8; ++bit) {
        std::vector<std::uint8_t> bytes = whole;
        bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1u << bit % 8));
        (void)error_of(bytes);
    }
}

TEST(HostileTrace, RandomDamageIsAnErrorOrASoundResult) {
    const std::vector<std::uint8_t> whole = sample();
    std::mt19937_64 random(1337);
    int errors = 0;
    for (int round = 0; round < 3000; ++round) {
        std::vector<std::uint8_t> bytes = whole;
        for (int i = 0; i < 4; ++i) bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
        errors += error_of(bytes).empty() ? 0 : 1;
    }
    EXPECT_GT(errors, 0);
}

TEST(HostileTrace, ASegmentBeyondTheFileNamesTheTable) {
    std::vector<std::uint8_t> bytes = sample();
    header_of(bytes).tables[format::kScopes].segment_offset[0] = bytes.size();
    EXPECT_NE(error_of(bytes).find("the scope table has its segment 0 at"), std::string::npos) << error_of(bytes);
}

TEST(HostileTrace, AHugeCountAllocatesNothing) {
    std::vector<std::uint8_t> bytes = sample();
    for (std::uint32_t id = 0; id < format::kTableCount; ++id) header_of(bytes).tables[id].count = ~std::uint64_t{0};
    (void)error_of(bytes);  // clamped to what the segments hold
    header_of(bytes).tables[format::kStackNodes].first_records = 1u << 31;
    EXPECT_NE(error_of(bytes), "");
}

TEST(HostileTrace, ASparseGiantIsReadByItsContents) {
    const TempFolder folder;
    std::vector<std::uint8_t> bytes = sample();
    format::Table& table = header_of(bytes).tables[format::kScopes];
    table.first_records = 1u << 24;
    table.count = 1u << 24;
    std::fill(std::begin(table.segment_offset), std::end(table.segment_offset), 0);
    table.segment_offset[0] = 1u << 30;
    const std::string path = folder.write("giant.dregs", bytes);
    ASSERT_EQ(::truncate(path.c_str(), static_cast<off_t>((1ull << 30) + (1ull << 31))), 0);
    use(FileSource(path));  // 2 GiB of scope records, all of them a hole
}

TEST(HostileTrace, ACycleOfFramesEnds) {
    TraceWriter writer;
    const std::uint32_t a = writer.add_node(format::kStackWhole, format::make_location(1, 1, false));
    const std::uint32_t b = writer.add_node(a, format::make_location(2, 1, false));
    writer.node(a).parent = b;
    writer.add_block(kHeap, 8, b, 0);
    const std::string error = error_of(writer.finish());
    EXPECT_NE(error.find("never ends"), std::string::npos) << error;
}

TEST(HostileTrace, AFrameBeyondTheTableIsAnError) {
    TraceWriter writer;
    const std::uint32_t a = writer.add_node(format::kStackWhole, format::make_location(1, 1, false));
    writer.node(a).parent = 4000;
    writer.add_block(kHeap, 8, a, 0);
    EXPECT_NE(error_of(writer.finish()).find("beyond the stack table"), std::string::npos);
}

TEST(HostileTrace, ABlockOfAnUnknownStackIsCountedAsDamaged) {
    TraceWriter writer;
    writer.add_block(kHeap, 8, 100000, 0);
    writer.add_block(kHeap + 32, 8, format::kStackNone, 100000);
    writer.add_block(kHeap + 64, 8, writer.add_named_stack({"f"}), 0);
    TestProfile profile(writer);
    EXPECT_EQ(profile->loss().damaged_blocks, 2u);
    EXPECT_EQ(profile->totals().live.blocks(), 1u);
}

TEST(HostileTrace, TwoLeavesInOnePlaceAreAnError) {
    TraceWriter writer;
    writer.add_block(kHeap, 8, format::kStackWhole, 0);
    writer.add_block(kHeap + format::kLeafSpan, 8, format::kStackWhole, 0);
    std::vector<std::uint8_t> bytes = writer.finish();
    const std::uint64_t leaves = header_of(bytes).tables[format::kLeaves].segment_offset[0];
    auto* leaf = reinterpret_cast<format::Leaf*>(&bytes[leaves]);
    leaf[2].offset = leaf[1].offset;
    EXPECT_NE(error_of(bytes).find("two leaves"), std::string::npos);
    leaf[2].offset = leaf[1].offset + format::kLeafBytes;
    leaf[2].address = leaf[1].address;
    EXPECT_NE(error_of(bytes).find("two leaves"), std::string::npos);
}

TEST(HostileTrace, LeavesThatOverlapAreAnError) {
    TraceWriter writer;
    writer.add_block(kHeap, 8, format::kStackWhole, 0);
    writer.add_block(kHeap + format::kLeafSpan, 8, format::kStackWhole, 0);
    std::vector<std::uint8_t> bytes = writer.finish();
    const format::Header header = header_of(bytes);
    auto* leaf = reinterpret_cast<format::Leaf*>(&bytes[header.tables[format::kLeaves].segment_offset[0]]);
    const std::uint64_t sound = leaf[2].offset;
    leaf[2].offset = leaf[1].offset + 8;
    EXPECT_NE(error_of(bytes).find("two leaves"), std::string::npos) << error_of(bytes);
    leaf[2].offset = header.tables[format::kScopes].segment_offset[0];
    EXPECT_NE(error_of(bytes).find(", within the "), std::string::npos) << error_of(bytes);
    leaf[2].offset = sound;
    EXPECT_EQ(error_of(bytes), "");
}

// Found by the fuzzer: the label of a copy overwrote what else stood in the room of its strings, and made blocks.
TEST(HostileTrace, TablesThatOverlapAreAnError) {
    const std::vector<std::uint8_t> whole = sample();
    for (std::uint32_t id = 0; id < format::kTableCount; ++id) {
        std::vector<std::uint8_t> bytes = whole;
        format::Table* tables = header_of(bytes).tables;
        const std::uint64_t elsewhere =
            tables[id == format::kNotes ? format::kKinds : format::kNotes].segment_offset[0];
        ASSERT_NE(elsewhere, 0u);
        if (tables[id].segment_offset[0] == 0) continue;
        tables[id].segment_offset[0] = elsewhere;
        EXPECT_NE(error_of(bytes).find(" table begins within the "), std::string::npos)
            << id << ": " << error_of(bytes);
    }
}

TEST(HostileTrace, AStringBeyondTheTableIsAnError) {
    TraceWriter writer = sample_trace();
    const std::uint32_t kind = writer.add_kind("x");
    writer.add_block(kHeap + (1 << 20), 8, format::kStackWhole,
                     writer.add_scope(make_scope(kind, format::ScopeState::kOpen)));
    std::vector<std::uint8_t> bytes = writer.finish();
    const std::uint64_t kinds = header_of(bytes).tables[format::kKinds].segment_offset[0];
    patch<std::uint32_t>(bytes, kinds + kind * sizeof(format::Kind), 0x7FFFFFFF);
    EXPECT_NE(error_of(bytes).find("beyond the string table"), std::string::npos);
}

TEST(HostileFile, IsRefusedWithoutBeingRead) {
    const TempFolder folder;
    EXPECT_THROW(FileSource("/dev/zero"), Error);
    EXPECT_THROW(FileSource(folder.path("")), Error);
    EXPECT_THROW(FileSource(folder.path("missing")), Error);
    ASSERT_EQ(::mkfifo(folder.path("fifo").c_str(), 0600), 0);
    EXPECT_THROW(FileSource(folder.path("fifo")), Error);
}

TEST(HostileFile, ThatShrinksWhileItIsReadIsAnError) {
    const TempFolder folder;
    const std::string path = folder.write("shrinks.dregs", sample());
    const FileSource source(path);
    const format::Header header = source.read_value<format::Header>(0);
    ASSERT_EQ(::truncate(path.c_str(), format::kHeaderBytes), 0);
    EXPECT_THROW(use(source), Error);
    EXPECT_THROW(source.read_value<format::Word>(header.file_bytes - 8), Error);
}

}  // namespace
}  // namespace dregs
