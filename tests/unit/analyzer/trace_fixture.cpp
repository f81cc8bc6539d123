// See trace_fixture.h.
#include "trace_fixture.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace dregs {

TestProfile::TestProfile(TraceWriter& writer, Liveness liveness, bool show_wrappers)
    : bytes_(writer.finish()), naming_({}, WrapperList(), show_wrappers) {
    const MemorySource source("test.dregs", bytes_);
    BlockSums sums(writer.header().sample_bytes);
    Trace trace = load_trace(source, [&](const LiveBlock& block) { sums.add(block); });
    ProcessStatus status;
    status.liveness = liveness;
    profile_ = std::make_unique<Profile>(std::move(trace), sums, std::move(status), naming_);
    Estimate cells;
    for (std::size_t i = 0; i < profile_->live().cells(); ++i) cells += profile_->live().cell(i).live;
    EXPECT_EQ(cells.recorded(), profile_->totals().live.recorded());
    EXPECT_EQ(cells.rounded(), profile_->totals().live.rounded());
    EXPECT_EQ(cells.error(), profile_->totals().live.error());
    if (profile_->loss().damaged_blocks == 0) {
        EXPECT_EQ(profile_->loss().imbalance, 0);
    }
}

format::Scope make_scope(std::uint32_t kind, format::ScopeState state, std::uint32_t flags, std::uint32_t parent,
                         const char* label) {
    format::Scope scope{};
    scope.status = static_cast<std::uint64_t>(state) | flags;
    scope.kind = kind;
    scope.tid = 100;
    scope.parent = parent;
    std::strncpy(scope.label, label, sizeof(scope.label) - 1);
    return scope;
}

format::Scope make_share(std::uint32_t instance, std::uint32_t tid, std::uint32_t begin_cs) {
    format::Scope share = make_scope(0, format::ScopeState::kOpen, format::kScopeShare, instance);
    share.tid = tid;
    share.begin_cs = begin_cs;
    return share;
}

TraceWriter sample_trace() {
    TraceWriter writer;
    writer.header().program = writer.add_string("/usr/bin/server");
    writer.header().command = writer.add_string(std::string_view("server\0-v", 9));
    writer.header().pid = 4711;
    const std::uint32_t leak = writer.add_named_stack({"leak", "handle_request", "main"});
    const std::uint32_t cache = writer.add_named_stack({"cache", "main"});
    const std::uint32_t work = writer.add_named_stack({"work", "handle_request", "main"});
    const std::uint32_t request = writer.add_kind("request");
    writer.kind_counters(request).entered = 100;
    writer.kind_counters(request).left = 99;
    writer.kind_counters(request).clean = 89;
    std::uint64_t address = kHeap;
    for (int i = 0; i < 10; ++i) {
        const std::string label = "request " + std::to_string(i);
        const auto scope = writer.add_scope(make_scope(request, format::ScopeState::kClosed, 0, 0, label.c_str()));
        for (int block = 0; block < 3; ++block, address += 128) writer.add_block(address, 100, leak, scope);
    }
    for (int i = 0; i < 5; ++i, address += 32) writer.add_block(address, 24, cache, 0);
    const auto open = writer.add_scope(make_scope(request, format::ScopeState::kOpen));
    writer.add_block(address, 1337, work, open);
    return writer;
}

TempFolder::TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "dregs-test-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
}

TempFolder::~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string TempFolder::write(const std::string& name, const std::vector<std::uint8_t>& bytes) const {
    std::ofstream file(path(name), std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return path(name);
}

}  // namespace dregs
