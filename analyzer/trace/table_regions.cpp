// See table_regions.h.
#include "analyzer/trace/table_regions.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

#include "analyzer/trace/error.h"

namespace dregs {

TableRegions::TableRegions(const ByteSource& source, const format::Header& header) {
    for (std::uint32_t id = 0; id < format::kTableCount; ++id) {
        const auto table = static_cast<format::TableId>(id);
        const TableLayout layout(source, header, table);
        for (const TableLayout::Extent& extent : layout.extents()) {
            const std::uint64_t bytes = extent.records * layout.record_bytes();
            regions_.push_back({extent.offset, extent.offset + bytes, table});
        }
    }
    std::sort(regions_.begin(), regions_.end(), [](const Region& a, const Region& b) { return a.begin < b.begin; });
    const auto twice = std::adjacent_find(regions_.begin(), regions_.end(),
                                          [](const Region& a, const Region& b) { return b.begin < a.end; });
    if (twice == regions_.end()) return;
    throw TraceError(source.name(), (twice + 1)->begin,
                     absl::StrCat("the ", table_name((twice + 1)->table), " table begins within the ",
                                  table_name(twice->table), " table, which ends at ", twice->end));
}

const char* TableRegions::table_within(std::uint64_t begin, std::uint64_t end) const {
    const auto behind = std::lower_bound(regions_.begin(), regions_.end(), end,
                                         [](const Region& region, std::uint64_t at) { return region.begin < at; });
    if (behind == regions_.begin() || (behind - 1)->end <= begin) return nullptr;
    return table_name((behind - 1)->table);
}

}  // namespace dregs
