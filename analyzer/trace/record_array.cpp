// See record_array.h.
#include "analyzer/trace/record_array.h"

#include <algorithm>

namespace dregs {
namespace {

// A record that straddles two runs belongs to the first.
void add_run(std::vector<StoredRun>& runs, StoredRun run) {
    if (!runs.empty() && run.begin <= runs.back().end) {
        runs.back().end = std::max(runs.back().end, run.end);
    } else {
        runs.push_back(run);
    }
}

// Reads the first `records` of an extent, leaving holes alone: they read as zero anyhow.
void copy_stored(const ByteSource& source, const TableLayout::Extent& extent, std::uint64_t records,
                 std::uint64_t record_bytes, LoadedRecords& loaded) {
    const std::uint64_t end = extent.offset + records * record_bytes;
    std::uint8_t* out = loaded.bytes.data() + extent.first_index * record_bytes;
    for (std::uint64_t at = extent.offset; at < end;) {
        const auto [begin, stop] = source.next_data(at, end);
        if (begin >= stop) return;
        source.read(begin, absl::MakeSpan(out + (begin - extent.offset), stop - begin));
        add_run(loaded.runs, {extent.first_index + (begin - extent.offset) / record_bytes,
                              extent.first_index + (stop - extent.offset + record_bytes - 1) / record_bytes});
        at = stop;
    }
}

}  // namespace

LoadedRecords load_records(const ByteSource& source, const TableLayout& layout) {
    const std::uint64_t record_bytes = layout.record_bytes();
    LoadedRecords loaded{LazyBytes(layout.records() * record_bytes), {}};
    for (const TableLayout::Extent& extent : layout.extents()) {
        if (extent.first_index >= layout.records()) continue;
        const std::uint64_t records = std::min(extent.records, layout.records() - extent.first_index);
        copy_stored(source, extent, records, record_bytes, loaded);
    }
    return loaded;
}

}  // namespace dregs
