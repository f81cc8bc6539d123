// Reading a sound trace: every kind of block word, tables in several segments, pools, scopes that change under us.
#include <algorithm>
#include <cstring>
#include <functional>
#include <map>

#include "trace_fixture.h"

namespace dregs {
namespace {

using Blocks = std::map<std::uint64_t, LiveBlock>;

struct Loaded {
    Blocks blocks;
    BlockDamage damage;
};

Loaded load(const ByteSource& source) {
    Loaded loaded;
    const Trace trace = load_trace(source, [&](const LiveBlock& block) { loaded.blocks[block.address] = block; });
    loaded.damage = trace.damage();
    return loaded;
}

Loaded load(TraceWriter& writer) {
    const std::vector<std::uint8_t> bytes = writer.finish();
    return load(MemorySource("test.dregs", bytes));
}

TEST(TraceLoad, GivesBlocksOfEverySize) {
    TraceWriter writer;
    const std::uint32_t stack = writer.add_named_stack({"f"});
    const std::vector<std::uint64_t> sizes{0, 1, 63, 64, 65, 4096, 1ull << 40, format::kMaxBlockBytes};
    for (std::size_t i = 0; i < sizes.size(); ++i) writer.add_block(kHeap + i * 4096 + 8 * (i % 4), sizes[i], stack, 0);
    const Loaded loaded = load(writer);
    ASSERT_EQ(loaded.blocks.size(), sizes.size());
    std::size_t i = 0;
    for (const auto& [address, block] : loaded.blocks) {
        EXPECT_EQ(address, kHeap + i * 4096 + 8 * (i % 4));
        EXPECT_EQ(block.bytes, sizes[i++]);
        EXPECT_EQ(block.stack, stack);
        EXPECT_FALSE(block.pooled);
    }
}

TEST(TraceLoad, FindsTheSizeInTheNextLeaf) {
    TraceWriter writer;
    const std::uint64_t last = kHeap + format::kLeafSpan - format::kGranuleBytes;
    writer.add_block(last, 1337, writer.add_named_stack({"f"}), 0);
    const Loaded loaded = load(writer);
    ASSERT_EQ(loaded.blocks.size(), 1u);
    EXPECT_EQ(loaded.blocks.at(last).bytes, 1337u);
    EXPECT_EQ(loaded.damage.damaged, 0u);
}

TEST(TraceLoad, SkipsAStaleSize) {
    TraceWriter writer;
    writer.add_block(kHeap, 32, writer.add_named_stack({"f"}), 0);
    writer.set_word(kHeap + 64, format::make_size_word(99));
    const Loaded loaded = load(writer);
    EXPECT_EQ(loaded.blocks.size(), 1u);
    EXPECT_EQ(loaded.damage.damaged, 0u);
}

TEST(TraceLoad, CountsABlockWithoutItsSizeAsDamaged) {
    TraceWriter writer;
    writer.set_word(kHeap, format::make_block_word(kHeap, 4096, 1, 0));
    writer.set_word(kHeap + format::kLeafSpan - 32, format::make_block_word(kHeap, 4096, 1, 0));  // no leaf follows
    const Loaded loaded = load(writer);
    EXPECT_EQ(loaded.blocks.size(), 0u);
    EXPECT_EQ(loaded.damage.damaged, 2u);
    EXPECT_EQ(loaded.damage.in_flux, 0u);
}

TEST(TraceLoad, ReadsTablesOfManySegments) {
    TraceWriter writer;
    for (std::uint32_t i = 0; i < 5000; ++i) {
        const std::uint32_t stack = writer.add_named_stack({"f" + std::to_string(i), "main"});
        const std::uint32_t scope = writer.add_scope(make_scope(0, format::ScopeState::kOpen));
        writer.add_block(kHeap + std::uint64_t{i} * 32, 8, stack, scope);
    }
    TestProfile profile(writer);
    EXPECT_EQ(profile->totals().live.blocks(), 5000u);
    EXPECT_EQ(profile->live().cells(), 5000u);
    EXPECT_EQ(profile->namer().site(profile->live().cell(4321).stack).function, "f4321");
}

format::SideBlock side_block(std::uint64_t key, std::uint64_t bytes, std::uint32_t scope, std::uint32_t epoch = 0,
                             std::uint32_t generation = 0) {
    return {key, format::kStackWhole, scope, bytes, epoch, generation};
}

TEST(TraceLoad, ReadsSideBlocks) {
    TraceWriter writer;
    const std::uint32_t pool = writer.add_scope(make_scope(0, format::ScopeState::kOpen, format::kScopePool));
    writer.scope(pool).epoch = 7;
    writer.scope(pool).status |= std::uint64_t{3} << 32;
    writer.add_side_block(side_block(kHeap + 4, 10, 0));                                   // malloc, not aligned
    writer.add_side_block(side_block((kHeap + 64) | format::kSidePool, 20, pool, 7, 3));   // in the pool
    writer.add_side_block(side_block((kHeap + 96) | format::kSidePool, 30, pool, 6, 3));   // before free_all
    writer.add_side_block(side_block((kHeap + 128) | format::kSidePool, 40, pool, 7, 2));  // of the pool before
    writer.add_side_block(side_block((kHeap + 160) | format::kSideTomb, 50, 0));
    writer.add_side_block(side_block((kHeap + 192) | format::kSideClaimed, 60, 0));
    const Loaded loaded = load(writer);
    ASSERT_EQ(loaded.blocks.size(), 2u);
    EXPECT_EQ(loaded.blocks.at(kHeap + 4).bytes, 10u);
    EXPECT_FALSE(loaded.blocks.at(kHeap + 4).pooled);
    EXPECT_EQ(loaded.blocks.at(kHeap + 64).bytes, 20u);
    EXPECT_TRUE(loaded.blocks.at(kHeap + 64).pooled);
}

TEST(TraceLoad, APoolBlockOfAShareLivesByThePoolsEpoch) {
    TraceWriter writer;
    const std::uint32_t pool = writer.add_scope(make_scope(0, format::ScopeState::kOpen, format::kScopePool));
    const std::uint32_t share = writer.add_scope(make_share(pool, 5, 0));
    writer.scope(pool).epoch = 2;
    writer.add_side_block(side_block((kHeap) | format::kSidePool, 20, share, 2, 0));
    writer.add_side_block(side_block((kHeap + 8) | format::kSidePool, 20, share, 1, 0));
    EXPECT_EQ(load(writer).blocks.size(), 1u);
}

// A process that writes while it is read: `change` happens just before the Nth reading of `watched`.
class ChangingSource : public ByteSource {
  public:
    ChangingSource(std::vector<std::uint8_t> bytes, std::uint64_t watched, int reading,
                   std::function<void(std::vector<std::uint8_t>&)> change)
        : ByteSource("live.dregs"),
          bytes_(std::move(bytes)),
          watched_(watched),
          reading_(reading),
          change_(std::move(change)) {}

    std::uint64_t size() const override { return bytes_.size(); }
    void read(std::uint64_t offset, absl::Span<std::uint8_t> out) const override {
        const bool covers = offset <= watched_ && watched_ < offset + out.size();
        if (covers && --reading_ == 0) change_(bytes_);
        MemorySource("live.dregs", bytes_).read(offset, out);
    }

  private:
    mutable std::vector<std::uint8_t> bytes_;
    std::uint64_t watched_;
    mutable int reading_;
    std::function<void(std::vector<std::uint8_t>&)> change_;
};

void put_word(std::vector<std::uint8_t>& bytes, std::uint64_t offset, std::uint64_t word) {
    std::memcpy(&bytes[offset], &word, sizeof(word));
}

std::uint64_t find_word(const std::vector<std::uint8_t>& bytes, format::Word word) {
    for (std::uint64_t offset = format::kHeaderBytes; offset + 8 <= bytes.size(); offset += 8) {
        if (std::memcmp(&bytes[offset], &word, 8) == 0) return offset;
    }
    return 0;
}

TEST(LiveTrace, ABlockReplacedBetweenTwoReadingsHasItsOwnSize) {
    TraceWriter writer;
    const std::uint32_t stack = writer.add_named_stack({"f"});
    writer.add_block(kHeap, 1337, stack, 0);
    const format::Word before = format::make_block_word(kHeap, 1337, stack, 0);
    const format::Word after = format::make_block_word(kHeap, 4096, stack + 1, 0);
    const std::vector<std::uint8_t> bytes = writer.finish();
    const std::uint64_t place = find_word(bytes, before);
    ASSERT_NE(place, 0u);
    // Replaced after the block's word was read and before the size was.
    ChangingSource source(bytes, place, 2, [&](std::vector<std::uint8_t>& live) {
        put_word(live, place + 8, format::make_size_word(4096));
        put_word(live, place, after);
    });
    const Loaded loaded = load(source);
    ASSERT_EQ(loaded.blocks.size(), 1u);
    EXPECT_EQ(loaded.blocks.at(kHeap).bytes, 4096u);
    EXPECT_EQ(loaded.blocks.at(kHeap).stack, stack + 1);
}

TEST(LiveTrace, ABlockFreedBetweenTwoReadingsIsGone) {
    TraceWriter writer;
    const std::uint32_t stack = writer.add_named_stack({"f"});
    writer.add_block(kHeap, 16, stack, 0);
    const std::vector<std::uint8_t> bytes = writer.finish();
    const std::uint64_t place = find_word(bytes, format::make_block_word(kHeap, 16, stack, 0));
    ChangingSource source(bytes, place, 2, [&](std::vector<std::uint8_t>& live) { put_word(live, place, 0); });
    EXPECT_EQ(load(source).blocks.size(), 0u);
}

struct Judged {
    std::uint64_t outlived = 0;
    std::uint64_t blocks = 0;
};

// How the one block of the trace is judged when its scope record changes after the blocks were read.
Judged judge_with_change(const format::Scope& scope, std::uint64_t new_status) {
    TraceWriter writer;
    const std::uint32_t stack = writer.add_named_stack({"f"});
    const std::uint32_t kind = writer.add_kind("packet");
    format::Scope record = scope;
    record.kind = kind;
    const std::uint32_t index = writer.add_scope(record);
    writer.add_block(kHeap, 16, stack, index);
    const std::vector<std::uint8_t> bytes = writer.finish();
    const auto* header = reinterpret_cast<const format::Header*>(bytes.data());
    const std::uint64_t place = header->tables[format::kScopes].segment_offset[0] + index * sizeof(format::Scope);
    ChangingSource source(bytes, place, 2, [&](std::vector<std::uint8_t>& live) { put_word(live, place, new_status); });
    BlockSums sums;
    const Trace trace = load_trace(source, [&](const LiveBlock& block) { sums.add(block); });
    const LiveSet live(sums, trace);
    Judged judged;
    for (std::size_t i = 0; i < live.cells(); ++i) {
        const LiveCell cell = live.cell(i);
        judged.blocks += cell.live.blocks();
        if (ScopeIndex(trace).facts(cell.scope).outlived) judged.outlived += cell.live.blocks();
    }
    return judged;
}

std::uint64_t status(format::ScopeState state, std::uint64_t generation = 0) {
    return generation << 32 | static_cast<std::uint64_t>(state);
}

TEST(LiveTrace, AScopeThatClosesWhileReadMakesNoSurvivor) {
    const format::Scope open = make_scope(0, format::ScopeState::kOpen);
    const Judged judged = judge_with_change(open, status(format::ScopeState::kClosed));
    EXPECT_EQ(judged.blocks, 1u);
    EXPECT_EQ(judged.outlived, 0u);
}

TEST(LiveTrace, AScopeRecordUsedAgainWhileReadMakesNoSurvivor) {
    const format::Scope closed = make_scope(0, format::ScopeState::kClosed);
    EXPECT_EQ(judge_with_change(closed, status(format::ScopeState::kClosed, 1)).outlived, 0u);
}

TEST(LiveTrace, AScopeThatStaysClosedHasSurvivors) {
    const format::Scope closed = make_scope(0, format::ScopeState::kClosed);
    EXPECT_EQ(judge_with_change(closed, status(format::ScopeState::kClosed)).outlived, 1u);
}

TEST(LiveTrace, AKindThatAppearsWhileScopesAreReadIsKnown) {
    TraceWriter writer;
    const std::uint32_t first = writer.add_kind("first");
    const std::uint32_t scope = writer.add_scope(make_scope(first, format::ScopeState::kOpen));
    writer.add_block(kHeap, 16, writer.add_named_stack({"f"}), scope);
    const std::vector<std::uint8_t> bytes = writer.finish();
    const auto* header = reinterpret_cast<const format::Header*>(bytes.data());
    const std::uint64_t place = header->tables[format::kScopes].segment_offset[0] + scope * sizeof(format::Scope);
    const std::uint64_t kinds = header->tables[format::kKinds].segment_offset[0];
    ChangingSource source(bytes, place, 2, [&](std::vector<std::uint8_t>& live) {
        auto* table = reinterpret_cast<format::Kind*>(&live[kinds]);
        table[first + 1] = table[first];
        ++reinterpret_cast<format::Header*>(live.data())->tables[format::kKinds].count;
        reinterpret_cast<format::Scope*>(&live[place])->kind = first + 1;
    });
    const Trace trace = load_trace(source, [](const LiveBlock&) {});
    EXPECT_EQ(trace.scopes()[scope].kind, first + 1);
    EXPECT_EQ(ScopeIndex(trace).kind_name(first + 1), "first");
}

TEST(Trace, WalksAStackAndTellsItsEnd) {
    TraceWriter writer;
    const std::uint32_t outer = writer.add_node(format::kStackCut, format::make_location(10, 1, false));
    const std::uint32_t inner = writer.add_node(outer, format::make_location(20, 1, false));
    const std::vector<std::uint8_t> bytes = writer.finish();
    const Trace trace = load_trace(MemorySource("t", bytes), [](const LiveBlock&) {});
    std::vector<std::uint64_t> pcs;
    const auto visit = [&](std::uint64_t location) {
        pcs.push_back(format::location_pc(location));
        return true;
    };
    EXPECT_EQ(trace.walk(inner, visit), format::kStackCut);
    EXPECT_EQ(pcs, (std::vector<std::uint64_t>{20, 10}));
    EXPECT_TRUE(trace.has_stack(inner));
    EXPECT_FALSE(trace.has_stack(inner + 1));
}

}  // namespace
}  // namespace dregs
