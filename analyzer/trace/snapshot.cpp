// See snapshot.h. take_snapshot -> releases, copy_leaves, copy_side_table; then copy_table for each of the others,
// copy_scopes
#include "analyzer/trace/snapshot.h"

#include <cstring>

#include "analyzer/trace/block_reader.h"
#include "analyzer/trace/clock.h"
#include "analyzer/trace/header_reader.h"
#include "analyzer/trace/leaf_reader.h"
#include "analyzer/trace/new_file.h"
#include "analyzer/trace/scope_moments.h"
#include "analyzer/trace/snapshot_label.h"

namespace dregs {
namespace {

constexpr format::TableId kPlainTables[] = {format::kStackNodes,   format::kModules, format::kKinds,
                                            format::kKindCounters, format::kThreads, format::kNotes};

template <class T>
absl::Span<const std::uint8_t> bytes_of(const T* values, std::size_t count) {
    return absl::MakeConstSpan(reinterpret_cast<const std::uint8_t*>(values), count * sizeof(T));
}

void copy_leaves(const ByteSource& source, const format::Header& header, NewFile& copy) {
    LeafReader leaves(source, header);
    leaves.for_each([&](const SettledLeaf& leaf) {
        copy.write_sparse(leaf.offset, bytes_of(leaf.words.data(), format::kLeafWords));
    });
}

void copy_side_table(const ByteSource& source, const format::Header& header, NewFile& copy) {
    read_side_table(source, header, [&](std::uint64_t offset, absl::Span<const format::SideBlock> records) {
        copy.write_sparse(offset, bytes_of(records.data(), records.size()));
    });
}

void write_records(const TableLayout& layout, const LoadedRecords& records, NewFile& copy) {
    const std::uint64_t record_bytes = layout.record_bytes();
    for (const TableLayout::Extent& extent : layout.extents()) {
        for (const StoredRun& run : records.runs) {
            const std::uint64_t begin = std::max(run.begin, extent.first_index);
            const std::uint64_t end = std::min({run.end, extent.first_index + extent.records, layout.records()});
            if (begin >= end) continue;
            const std::uint8_t* from = records.bytes.data() + begin * record_bytes;
            copy.write_sparse(layout.offset_of(begin), absl::MakeConstSpan(from, (end - begin) * record_bytes));
        }
    }
}

void copy_table(const ByteSource& source, const format::Header& header, format::TableId id, NewFile& copy) {
    const TableLayout layout(source, header, id);
    write_records(layout, load_records(source, layout), copy);
}

// A record that changed while the blocks were copied may be named by blocks from before: they must not turn survivors.
void copy_scopes(const ByteSource& source, const format::Header& header, const ScopeMoments& before, NewFile& copy) {
    const TableLayout layout(source, header, format::kScopes);
    LoadedRecords records = load_records(source, layout);
    auto* scopes = reinterpret_cast<format::Scope*>(records.bytes.data());
    for (const StoredRun& run : records.runs) {
        for (std::uint64_t i = run.begin; i < std::min(run.end, layout.records()); ++i) {
            const bool in_use = format::scope_state(scopes[i].status) != format::ScopeState::kFree;
            if (!in_use || !before.in_flux(i, scopes[i])) continue;
            scopes[i].status &= ~std::uint64_t{format::kScopeStateMask};
            scopes[i].status |= static_cast<std::uint64_t>(format::ScopeState::kOpen);
        }
    }
    write_records(layout, records, copy);
}

// What is referred to is copied after what refers to it, each table as long as it is at that moment. Returns the header
// that tells those lengths.
format::Header copy_tables(const ByteSource& source, const ScopeMoments& before, NewFile& copy) {
    const format::Header for_scopes = read_header(source);
    copy_scopes(source, for_scopes, before, copy);
    const format::Header for_plain = read_header(source);
    for (const format::TableId id : kPlainTables) copy_table(source, for_plain, id, copy);
    format::Header header = read_header(source);
    copy_table(source, header, format::kStrings, copy);
    header.tables[format::kScopes] = for_scopes.tables[format::kScopes];
    for (const format::TableId id : kPlainTables) header.tables[id] = for_plain.tables[id];
    return header;
}

}  // namespace

std::string take_snapshot(const ByteSource& source, const SnapshotOptions& options) {
    const format::Header first = read_header(source);
    const std::uint64_t moment = clock_ns(CLOCK_REALTIME);
    const ScopeMoments before(source, first);
    NewFile copy(options.path);
    copy_table(source, first, format::kReleases, copy);
    copy_table(source, first, format::kScopeEdges, copy);
    copy_leaves(source, first, copy);
    copy_side_table(source, first, copy);

    format::Header header = copy_tables(source, before, copy);
    // Leaves and segments that came meanwhile were not copied: they are not in the copy's tables either.
    header.tables[format::kLeaves] = first.tables[format::kLeaves];
    header.tables[format::kSideBlocks] = first.tables[format::kSideBlocks];
    header.tables[format::kReleases] = first.tables[format::kReleases];
    header.tables[format::kScopeEdges] = first.tables[format::kScopeEdges];
    copy_table(source, header, format::kLeaves, copy);
    if (header.snapshot_realtime_ns == 0) header.snapshot_realtime_ns = moment;
    if (options.consistent) header.snapshot_flags |= format::kSnapshotConsistent;
    std::uint64_t bytes = source.size();
    if (!options.label.empty() && header.snapshot_label == 0)
        bytes = write_label(TableLayout(source, header, format::kStrings), options.label, bytes, header, copy);
    copy.write(0, bytes_of(&header, 1));
    copy.keep(bytes);
    return copy.path();
}

}  // namespace dregs
