// All records of one table in memory, addressed by index.
//
// Owns a copy made by one pass over the file. An index beyond the table is answered with null, never followed. For the
// tables whose size follows stacks and scopes; blocks are streamed instead (leaf_reader.h).
#pragma once

#include <cstdint>
#include <type_traits>

#include "analyzer/trace/lazy_bytes.h"
#include "analyzer/trace/table_layout.h"

namespace dregs {

// Copies the stored bytes of records [0, layout.records()) to where they belong in a zeroed array.
LazyBytes load_records(const ByteSource& source, const TableLayout& layout);

template <class T>
class RecordArray {
    static_assert(std::is_trivially_copyable_v<T>);

  public:
    RecordArray() = default;
    RecordArray(const ByteSource& source, const format::Header& header, format::TableId id)
        : bytes_(load_records(source, TableLayout(source, header, id))) {}

    std::uint64_t size() const { return bytes_.size() / sizeof(T); }
    const T* data() const { return reinterpret_cast<const T*>(bytes_.data()); }
    const T* find(std::uint64_t index) const { return index < size() ? data() + index : nullptr; }
    // The caller has checked the index.
    const T& operator[](std::uint64_t index) const { return data()[index]; }
    const T* begin() const { return data(); }
    const T* end() const { return data() + size(); }

  private:
    LazyBytes bytes_;
};

}  // namespace dregs
