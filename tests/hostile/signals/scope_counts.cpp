// Whether the counts of a trace's scope records are what is in them. `scope_counts TRACE`: a line for each record whose
// live - released is not its blocks and shares, or that has ended and is empty, but was not given back. Says how many
// records there are.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <vector>

#include "dregs/trace_format.h"

namespace {

using namespace dregs;

class Trace {
  public:
    explicit Trace(const char* path) {
        std::ifstream file(path, std::ios::binary);
        bytes_.assign(std::istreambuf_iterator<char>(file), {});
    }
    bool is_one() const { return bytes_.size() >= format::kHeaderBytes; }

    // Calls visit(index, record) for each record of a table.
    template <typename Record, typename Visit>
    void each(format::TableId id, bool all, Visit visit) const {
        const format::Table& table = header().tables[id];
        std::uint64_t index = 0;
        for (unsigned segment = 0; segment < format::kMaxSegments && table.segment_offset[segment]; ++segment) {
            const auto* records = at<Record>(table.segment_offset[segment]);
            for (std::uint64_t i = 0; i < std::uint64_t{table.first_records} << segment; ++i, ++index) {
                if (index < table.count || all) visit(static_cast<std::uint32_t>(index), records[i]);
            }
        }
    }
    template <typename Visit>
    void each_block(Visit visit) const {
        each<format::Leaf>(format::kLeaves, false, [&](std::uint32_t, const format::Leaf& leaf) {
            const auto* words = at<format::Word>(leaf.offset);
            for (std::uint64_t i = 0; leaf.offset && i < format::kLeafWords; ++i) {
                if (format::word_is_block(words[i])) visit(format::word_scope(words[i]));
            }
        });
        each<format::SideBlock>(format::kSideBlocks, true, [&](std::uint32_t, const format::SideBlock& block) {
            if (block.key != 0 && block.key != format::kSideTomb && !(block.key & format::kSidePool))
                visit(block.scope);
        });
    }

  private:
    const format::Header& header() const { return *at<format::Header>(0); }
    template <typename T>
    const T* at(std::uint64_t offset) const {
        return reinterpret_cast<const T*>(bytes_.data() + offset);
    }

    std::vector<char> bytes_;
};

}  // namespace

int main(int argc, char** argv) {
    const Trace trace(argc > 1 ? argv[1] : "");
    if (!trace.is_one()) return 1;
    std::map<std::uint32_t, std::int64_t> content;
    trace.each_block([&](std::uint32_t scope) { ++content[scope]; });
    trace.each<format::Scope>(format::kScopes, false, [&](std::uint32_t, const format::Scope& scope) {
        const bool is_used = format::scope_state(scope.status) != format::ScopeState::kFree;
        if (is_used && (format::scope_flags(scope.status) & format::kScopeShare)) ++content[scope.parent];
    });
    std::uint32_t records = 0;
    trace.each<format::Scope>(format::kScopes, false, [&](std::uint32_t index, const format::Scope& scope) {
        if (index <= format::kUnattributedScope) return;  // what is in that is not counted
        ++records;
        const auto state = format::scope_state(scope.status);
        const std::int64_t counted = scope.live - scope.released;
        if (counted == content[index] &&
            (state == format::ScopeState::kOpen || (counted != 0) == (state == format::ScopeState::kClosed)))
            return;
        std::printf("record %u, kind %u, state %u: counted %lld, has %lld\n", index, scope.kind,
                    static_cast<unsigned>(state), static_cast<long long>(counted),
                    static_cast<long long>(content[index]));
    });
    std::fprintf(stderr, "%u records\n", records);
    return 0;
}
