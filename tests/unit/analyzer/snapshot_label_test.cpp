// A snapshot's label: read back from the copy, whatever room the trace's strings have left.
#include "analyzer/trace/snapshot.h"

#include <cstring>

#include "trace_fixture.h"

namespace dregs {
namespace {

class SnapshotLabel : public ::testing::Test {
  protected:
    // The label that a copy of this trace has, which is sound otherwise.
    std::string label_of_copy(const std::vector<std::uint8_t>& bytes, const std::string& label) {
        const MemorySource source("test.dregs", bytes);
        const std::string path = take_snapshot(source, {folder_.path("copy.dregs"), false, label});
        const FileSource copy(path);
        const Trace trace = load_trace(copy, [](const LiveBlock&) {});
        EXPECT_NE(trace.header().snapshot_realtime_ns, 0u);
        EXPECT_EQ(trace.string(trace.header().program), "/usr/bin/server");
        EXPECT_LE(trace.header().file_bytes, copy.size());
        return std::string(trace.string(trace.header().snapshot_label));
    }
    TempFolder folder_;
};

TEST_F(SnapshotLabel, IsReadBack) {
    EXPECT_EQ(label_of_copy(sample_trace().finish(), "growth"), "growth");
    EXPECT_EQ(label_of_copy(sample_trace().finish(), ""), "");
}

// With more and more strings before it: room in the last segment, little room, none at all.
TEST_F(SnapshotLabel, FindsRoomOrMakesIt) {
    for (int strings = 0; strings < 200; ++strings) {
        TraceWriter writer = sample_trace();
        for (int i = 0; i < strings; ++i) writer.add_string("s" + std::to_string(i));
        EXPECT_EQ(label_of_copy(writer.finish(), "interval"), "interval") << strings;
    }
}

TEST_F(SnapshotLabel, OfASnapshotStays) {
    TraceWriter writer = sample_trace();
    writer.header().snapshot_realtime_ns = 1;
    writer.header().snapshot_label = writer.add_string("after warm-up");
    EXPECT_EQ(label_of_copy(writer.finish(), "interval"), "after warm-up");
}

TEST_F(SnapshotLabel, OfAnImpossibleTableIsNone) {
    TraceWriter writer = sample_trace();
    std::vector<std::uint8_t> bytes = writer.finish();
    format::Header header;
    std::memcpy(&header, bytes.data(), sizeof header);
    header.tables[format::kStrings].count = ~std::uint64_t{0};  // more than its segments hold
    std::memcpy(bytes.data(), &header, sizeof header);
    EXPECT_EQ(label_of_copy(bytes, "interval"), "");
}

}  // namespace
}  // namespace dregs
