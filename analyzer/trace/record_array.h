// All records of one table in memory, addressed by index.
//
// Owns a copy made by one pass over the file. An index beyond the table is answered with null, never followed. For the
// tables whose size follows stacks and scopes; blocks are streamed instead (leaf_reader.h). A table may be one hole of
// a hundred gigabytes: what is not stored costs neither memory nor time, so whoever goes through a table goes through
// its stored records only.
#pragma once

#include <cstdint>
#include <type_traits>
#include <vector>

#include "analyzer/trace/lazy_bytes.h"
#include "analyzer/trace/table_layout.h"

namespace dregs {

// Records [begin, end) are stored in the file; what lies between two such runs is a hole, all zero.
struct StoredRun {
    std::uint64_t begin;
    std::uint64_t end;
};

// Records [0, layout.records()), and which of them are stored: runs in rising order, none of them empty.
struct LoadedRecords {
    LazyBytes bytes;
    std::vector<StoredRun> runs;
};

LoadedRecords load_records(const ByteSource& source, const TableLayout& layout);

template <class T>
class RecordArray {
    static_assert(std::is_trivially_copyable_v<T>);

  public:
    // Over the stored records; tells their index, too.
    class Iterator {
      public:
        Iterator(const RecordArray* array, std::size_t run) : array_(array), run_(run), index_(first()) {}
        std::uint64_t index() const { return index_; }
        const T& operator*() const { return (*array_)[index_]; }
        bool operator==(const Iterator& other) const { return run_ == other.run_ && index_ == other.index_; }
        Iterator& operator++() {
            if (++index_ == array_->loaded_.runs[run_].end) ++run_, index_ = first();
            return *this;
        }

      private:
        std::uint64_t first() const {
            return run_ < array_->loaded_.runs.size() ? array_->loaded_.runs[run_].begin : 0;
        }

        const RecordArray* array_;
        std::size_t run_;
        std::uint64_t index_;
    };

    RecordArray() = default;
    RecordArray(const ByteSource& source, const format::Header& header, format::TableId id)
        : loaded_(load_records(source, TableLayout(source, header, id))) {}

    std::uint64_t size() const { return loaded_.bytes.size() / sizeof(T); }
    const T* data() const { return reinterpret_cast<const T*>(loaded_.bytes.data()); }
    const T* find(std::uint64_t index) const { return index < size() ? data() + index : nullptr; }
    // The caller has checked the index.
    const T& operator[](std::uint64_t index) const { return data()[index]; }
    Iterator begin() const { return {this, 0}; }
    Iterator end() const { return {this, loaded_.runs.size()}; }

  private:
    LoadedRecords loaded_;
};

}  // namespace dregs
