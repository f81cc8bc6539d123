// See cjdns_snapshot.h. import_cjdns_snapshot -> CjdnsTree::add_line -> parse_line -> add_allocator | add_block
#include "analyzer/import/cjdns_snapshot.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <climits>
#include <optional>

#include "analyzer/import/foreign_heap.h"
#include "analyzer/import/text_cursor.h"

namespace dregs {
namespace {

constexpr std::string_view kBegin = "----- cjdns memory snapshot -----";
constexpr std::string_view kEnd = "----- end cjdns memory snapshot -----";
constexpr std::string_view kMissing = "...";
constexpr std::size_t kMaxDepth = format::kMaxFrames - 1;  // an allocator more is a frame more

bool contains(std::string_view line, std::string_view text) { return line.find(text) != std::string_view::npos; }

struct CjdnsLine {
    std::size_t depth = 0;
    std::string_view place;  // FILE:LINE
    std::string_view file;
    int line = 0;
    std::uint64_t bytes = 0;
    std::optional<std::uint64_t> address;  // a block's
    bool freeing = false;
};

// "Admin.c:365"
void take_place(TextCursor& text, CjdnsLine& out) {
    text.take_until(" ", out.place);
    std::uint64_t line = 0;
    TextCursor place(out.place);
    place.take_until(":", out.file).skip(":").take_number(line, 10, INT_MAX);
    const bool is_source = out.file.ends_with(".c") || out.file.ends_with(".h");
    if (!place.at_end() || !is_source) out.place = {};
    out.line = static_cast<int>(line);
}

std::optional<CjdnsLine> parse_line(std::string_view text) {
    CjdnsLine line;
    const std::size_t prefix = std::min(text.find_first_not_of("| "), text.size());
    line.depth = prefix / 2;
    TextCursor rest(text.substr(prefix));
    take_place(rest, line);
    rest.skip(" [").take_number(line.bytes, 10, format::kMaxBlockBytes).skip("] bytes");
    if (rest.skip_if(" at [0x")) {
        rest.take_number(line.address.emplace(), 16, format::kAddressLimit - 1).skip("]");
    } else {
        line.freeing = rest.skip_if(" (freeing)");
    }
    if (!rest.at_end() || line.place.empty() || line.address == 0) return {};
    return line;
}

class CjdnsTree {
  public:
    explicit CjdnsTree(TextLines& lines) : lines_(lines), heap_(lines.name(), "cjdns memory snapshot") {}

    void add_line(std::string_view text);
    std::vector<std::uint8_t> finish() { return heap_.finish(); }

  private:
    struct Allocator {
        std::uint32_t scope;
        std::uint32_t stack;
    };

    void begin_at(std::size_t depth);
    void add_allocator(const CjdnsLine& line);
    std::uint32_t stack_in(const Allocator& allocator, const CjdnsLine& line);
    void check_total(std::string_view text);

    TextLines& lines_;
    ForeignHeap heap_;
    std::vector<Allocator> path_;  // from the outermost to the one that was named last
    std::size_t top_depth_ = 0;    // of the first line
    bool begun_ = false;
    std::uint64_t bytes_ = 0;
};

// What an excerpt leaves out above its first line is one allocator.
void CjdnsTree::begin_at(std::size_t depth) {
    begun_ = true;
    top_depth_ = depth;
    const std::uint32_t missing = depth == 0 ? 0 : heap_.add_scope(kMissing, 0);
    path_.assign(1, {missing, format::kStackWhole});
}

std::uint32_t CjdnsTree::stack_in(const Allocator& allocator, const CjdnsLine& line) {
    return heap_.add_frame(allocator.stack, {line.place, line.file, line.line, {}});
}

void CjdnsTree::add_allocator(const CjdnsLine& line) {
    const Allocator& parent = path_.back();
    path_.push_back({heap_.add_scope(line.place, parent.scope, line.freeing ? "freeing" : ""), stack_in(parent, line)});
}

// "totalBytes [T] remaining [R]": all that is not left over stands above.
void CjdnsTree::check_total(std::string_view text) {
    std::uint64_t limit = 0;
    std::uint64_t left = 0;
    TextCursor rest(text);
    rest.skip("totalBytes [").take_number(limit, 10, UINT64_MAX).skip("] remaining [").take_number(left, 10, limit);
    if (!rest.skip("]").at_end()) lines_.fail("is no line of a cjdns memory snapshot");
    if (limit - left != bytes_) {
        lines_.fail(absl::StrCat("the blocks above sum up to ", bytes_, " bytes, not to ", limit - left,
                                 ": the snapshot is not whole"));
    }
}

void CjdnsTree::add_line(std::string_view text) {
    if (text.find_first_not_of(" \t") == std::string_view::npos) return;
    const std::optional<CjdnsLine> line = parse_line(text);
    if (!line) return check_total(text);
    if (!begun_) begin_at(line->depth);
    const std::size_t depth = line->depth - top_depth_ + 1;  // path_[0] is what is above the first line
    if (line->depth < top_depth_ || depth > path_.size() || depth > kMaxDepth) lines_.fail("is in no allocator");
    path_.resize(depth);
    if (!line->address) return add_allocator(*line);
    heap_.add_block(*line->address, line->bytes, stack_in(path_.back(), *line), path_.back().scope);
    bytes_ += line->bytes;
}

}  // namespace

bool begins_cjdns_snapshot(std::string_view line) { return contains(line, kBegin) || parse_line(line); }

std::vector<std::uint8_t> import_cjdns_snapshot(TextLines& lines, std::string_view first_line) {
    CjdnsTree tree(lines);
    std::string_view line = first_line;
    if (!contains(line, kBegin)) tree.add_line(line);
    while (lines.next(line) && !contains(line, kEnd)) tree.add_line(line);
    return tree.finish();
}

}  // namespace dregs
