// Writes the trace of a process with any number of live blocks, without allocating them: `many_blocks FILE BLOCKS`.
//
// Blocks stand side by side in the block map, of 1,000 stacks and 2,000 scope instances of 20 kinds, every other of
// them closed. Prints what a reader must find: live blocks, their bytes, blocks that outlived their scope.
#include <fcntl.h>
#include <unistd.h>

#include <bit>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "analyzer/trace/trace_writer.h"

namespace {

using namespace dregs;

constexpr std::uint64_t kHeap = 0x5555'0000'0000;
constexpr unsigned kStacks = 1000;
constexpr unsigned kScopes = 2000;
constexpr unsigned kKinds = 20;

struct Tables {
    std::vector<std::uint32_t> stacks;
    std::vector<std::uint32_t> scopes;
    std::vector<std::uint8_t> bytes;
};

struct Found {
    std::uint64_t live = 0;
    std::uint64_t bytes = 0;
    std::uint64_t survivors = 0;
};

std::uint32_t add_scope(TraceWriter& writer, std::uint32_t kind, bool closed) {
    format::Scope scope{};
    scope.status = static_cast<std::uint64_t>(closed ? format::ScopeState::kClosed : format::ScopeState::kOpen);
    scope.kind = kind;
    scope.tid = 1;
    ++writer.kind_counters(kind).entered;
    writer.kind_counters(kind).left += closed;
    return writer.add_scope(scope);
}

Tables make_tables(std::uint64_t blocks) {
    Tables tables;
    TraceWriter writer;
    writer.header().writer = format::Writer::kImport;
    writer.thread().alloc_calls = blocks;
    for (unsigned i = 0; i < kStacks; ++i)
        tables.stacks.push_back(writer.add_named_stack({"site_" + std::to_string(i), "work", "main"}));
    std::vector<std::uint32_t> kinds;
    for (unsigned i = 0; i < kKinds; ++i) kinds.push_back(writer.add_kind("kind_" + std::to_string(i)));
    for (unsigned i = 0; i < kScopes; ++i) tables.scopes.push_back(add_scope(writer, kinds[i % kKinds], i % 2 != 0));
    tables.bytes = writer.finish();
    return tables;
}

class Leaves {
  public:
    Leaves(int file, std::uint64_t offset) : file_(file), offset_((offset + 4095) / 4096 * 4096) {}

    void fill(const Tables& tables, std::uint64_t blocks) {
        for (std::uint64_t i = 0; i < blocks; ++i) {
            const std::uint64_t bytes = i % 4 == 0 ? 64 : 16 + i % 16;
            const std::uint64_t scope = i % kStacks * 2 + i / kStacks % 2;
            if (bytes >= format::kInlineSizeLimit && used_ + 2 > format::kLeafWords) finish_leaf();
            put(format::make_block_word(0, bytes, tables.stacks[i % kStacks], tables.scopes[scope]));
            if (bytes >= format::kInlineSizeLimit) put(format::make_size_word(bytes));
            ++found_.live;
            found_.bytes += bytes;
            found_.survivors += scope % 2;
        }
        finish_leaf();
    }
    // Its place, and how many there are.
    void write_table(format::Header& header) {
        format::Table& table = header.tables[format::kLeaves];
        table = {};
        table.record_bytes = sizeof(format::Leaf);
        table.first_records = static_cast<std::uint32_t>(std::bit_ceil(leaves_.size()));
        table.count = leaves_.size();
        table.segment_offset[0] = offset_;
        leaves_.resize(table.first_records);
        write(leaves_.data(), leaves_.size() * sizeof(format::Leaf));
        header.file_bytes = offset_;
    }
    const Found& found() const { return found_; }

  private:
    void put(format::Word word) {
        if (used_ == format::kLeafWords) finish_leaf();
        words_[used_++] = word;
    }
    void finish_leaf() {
        if (used_ == 0) return;
        leaves_.push_back({kHeap + leaves_.size() * format::kLeafSpan, offset_});
        while (used_ < format::kLeafWords) words_[used_++] = 0;
        write(words_.data(), format::kLeafBytes);
        used_ = 0;
    }
    void write(const void* bytes, std::uint64_t count) {
        if (pwrite(file_, bytes, count, static_cast<off_t>(offset_)) != static_cast<ssize_t>(count)) std::exit(1);
        offset_ += count;
    }

    int file_;
    std::uint64_t offset_;
    std::vector<format::Leaf> leaves_;
    std::vector<format::Word> words_ = std::vector<format::Word>(format::kLeafWords);
    std::size_t used_ = 0;
    Found found_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    const std::uint64_t blocks = std::strtoull(argv[2], nullptr, 10);
    const int file = open(argv[1], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    Tables tables = make_tables(blocks);
    Leaves leaves(file, tables.bytes.size());
    leaves.fill(tables, blocks);
    leaves.write_table(*reinterpret_cast<format::Header*>(tables.bytes.data()));
    const auto bytes = static_cast<ssize_t>(tables.bytes.size());
    if (file < 0 || pwrite(file, tables.bytes.data(), tables.bytes.size(), 0) != bytes) return 1;
    const Found& found = leaves.found();
    std::printf("%llu %llu %llu\n", static_cast<unsigned long long>(found.live),
                static_cast<unsigned long long>(found.bytes), static_cast<unsigned long long>(found.survivors));
    return 0;
}
