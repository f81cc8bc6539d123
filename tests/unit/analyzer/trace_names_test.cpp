// What completion reads of a trace: names, without blocks and stacks, and no more than there is use for.
#include "analyzer/trace/trace_names.h"

#include "trace_fixture.h"

namespace dregs {
namespace {

TraceNames names_in(TraceWriter& writer) {
    const std::vector<std::uint8_t> bytes = writer.finish();
    return read_trace_names(MemorySource("test.dregs", bytes));
}

TEST(TraceNames, AreThoseOfTheTables) {
    TraceWriter writer = sample_trace();
    format::Module module{};
    module.path = writer.add_string("/usr/lib/libx.so.1");
    writer.add_module(module);
    const TraceNames names = names_in(writer);
    EXPECT_EQ(names.kinds, std::set<std::string>{"request"}) << "kind 0 has no name";
    EXPECT_TRUE(names.modules.contains("/usr/lib/libx.so.1"));
}

TEST(TraceNames, AreBounded) {
    TraceWriter writer;
    for (int kind = 0; kind < 1500; ++kind) writer.add_kind("kind " + std::to_string(kind));
    EXPECT_EQ(names_in(writer).kinds.size(), 1000u);
}

}  // namespace
}  // namespace dregs
