// See record_array.h.
#include "analyzer/trace/record_array.h"

#include <algorithm>

namespace dregs {
namespace {

// Reads [offset, offset + bytes) of the file to `out`, leaving holes alone: they read as zero anyhow.
void copy_stored(const ByteSource& source, std::uint64_t offset, std::uint64_t bytes, std::uint8_t* out) {
    const std::uint64_t end = offset + bytes;
    for (std::uint64_t at = offset; at < end;) {
        const auto [begin, stop] = source.next_data(at, end);
        if (begin >= stop) return;
        source.read(begin, absl::MakeSpan(out + (begin - offset), stop - begin));
        at = stop;
    }
}

}  // namespace

LazyBytes load_records(const ByteSource& source, const TableLayout& layout) {
    const std::uint64_t record_bytes = layout.record_bytes();
    LazyBytes bytes(layout.records() * record_bytes);
    for (const TableLayout::Extent& extent : layout.extents()) {
        if (extent.first_index >= layout.records()) continue;
        const std::uint64_t records = std::min(extent.records, layout.records() - extent.first_index);
        copy_stored(source, extent.offset, records * record_bytes, bytes.data() + extent.first_index * record_bytes);
    }
    return bytes;
}

}  // namespace dregs
