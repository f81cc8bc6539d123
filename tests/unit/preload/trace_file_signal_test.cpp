// The trace file while it grows, looked at at each instruction.
#include <gtest/gtest.h>

#include "open_trace_file.h"
#include "single_step.h"

namespace dregs {
namespace {

// As a snapshot of another thread, or of a signal handler, looks at them.
TEST(TraceFile, ChunksCanBeLookedAtAtEachInstructionOfGrowth) {
    const TemporaryFolder folder;
    OpenFile trace;
    ASSERT_EQ(trace.create(folder.path() + "/a.dregs"), 0);
    std::uint64_t looks = 0, wrong = 0, last = 0;
    SingleStep step;
    step.interrupt_each(
        [&] {
            std::uint64_t offset = 0;
            EXPECT_NE(trace.file->reserve(5 << 20, 64, offset), nullptr);
        },
        [&] {
            std::uint64_t end = 0;
            trace.file->each_chunk([&](const char* address, std::uint64_t offset, std::uint64_t bytes) {
                wrong += address == nullptr || offset != end || bytes == 0;
                end = offset + bytes;
            });
            wrong += end < last;
            last = end;
            ++looks;
        });
    EXPECT_GT(looks, 100u);
    EXPECT_EQ(wrong, 0u) << "of " << looks;
    EXPECT_GT(last, 4u << 20);
}

}  // namespace
}  // namespace dregs
