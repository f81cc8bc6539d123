// See umdh_log.h. import_umdh_log -> UmdhLog::add_line -> begin_heap | add_block | add_frame
#include "analyzer/import/umdh_log.h"

#include <algorithm>
#include <climits>
#include <optional>
#include <unordered_map>

#include "analyzer/import/foreign_heap.h"
#include "analyzer/import/text_cursor.h"

namespace dregs {
namespace {

constexpr std::string_view kHeapBegins = "Start of data for heap @ ";
constexpr std::string_view kStackOf = "BackTrace";
constexpr std::string_view kExplanation = "REQUESTED bytes + OVERHEAD";  // of the lines that follow

bool contains(std::string_view line, std::string_view text) { return line.find(text) != std::string_view::npos; }

struct UmdhBlock {
    std::uint64_t bytes = 0;
    std::uint64_t address = 0;
    std::string_view stack;  // the id
};

// "30 bytes + 30 at 206EDDA8BA0 by BackTraceEDD4EEA6"
std::optional<UmdhBlock> parse_block(std::string_view line) {
    UmdhBlock block;
    std::uint64_t overhead = 0;
    TextCursor rest(line);
    rest.skip_spaces().take_number(block.bytes, 16, format::kMaxBlockBytes).skip(" bytes + ");
    rest.skip_spaces().take_number(overhead, 16, UINT64_MAX).skip(" at ").skip_spaces();
    rest.take_number(block.address, 16, format::kAddressLimit - 1).skip(" by ").skip(kStackOf);
    rest.take_until(" ", block.stack).skip_spaces();
    if (!rest.at_end() || block.address == 0) return {};
    return block;
}

// "App!Leak+00000083 (app.cpp, 228)", or an address alone. Without a line the offset is part of the name: it tells two
// calls in one function apart.
NamedFrame parse_frame(std::string_view text) {
    NamedFrame frame;
    const std::size_t bang = text.find('!');
    if (bang != std::string_view::npos) frame.module = text.substr(0, bang);
    frame.function = bang == std::string_view::npos ? text : text.substr(bang + 1);
    const std::size_t place = frame.function.rfind(" (");
    const std::size_t comma = frame.function.rfind(", ");
    if (place == std::string_view::npos || comma == std::string_view::npos || comma < place) return frame;
    std::uint64_t line = 0;
    if (!TextCursor(frame.function.substr(comma + 2)).take_number(line, 10, INT_MAX).skip(")").at_end()) return frame;
    frame.line = static_cast<int>(line);
    frame.file = frame.function.substr(place + 2, comma - place - 2);
    frame.function = frame.function.substr(0, place);
    frame.function = frame.function.substr(0, frame.function.rfind('+'));
    return frame;
}

class UmdhLog {
  public:
    explicit UmdhLog(TextLines& lines) : lines_(lines), heap_(lines.name(), "umdh log") {}

    void add_line(std::string_view line);
    std::vector<std::uint8_t> finish();

  private:
    struct Pending {  // its stack is whole only when the next line is none of its frames
        UmdhBlock block;
        std::string stack;
        std::uint32_t scope;
    };

    void begin_heap(std::string_view address);
    void end_stack();

    TextLines& lines_;
    ForeignHeap heap_;
    std::uint32_t scope_ = 0;
    std::unordered_map<std::string, std::uint32_t> stacks_;
    std::optional<Pending> pending_;
    std::vector<std::string> frames_;  // of the pending block, innermost first
};

void UmdhLog::begin_heap(std::string_view address) {
    scope_ = heap_.add_scope("heap", 0, address.substr(0, address.find(' ')));
}

void UmdhLog::end_stack() {
    if (!pending_) return;
    const auto [known, fresh] = stacks_.emplace(pending_->stack, std::uint32_t{format::kStackNone});
    if (fresh && !frames_.empty()) {
        std::uint32_t stack = format::kStackWhole;
        for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
            stack = heap_.add_frame(stack, parse_frame(*frame));
        }
        known->second = stack;
    }
    heap_.add_block(pending_->block.address, pending_->block.bytes, known->second, pending_->scope);
    pending_.reset();
    frames_.clear();
}

void UmdhLog::add_line(std::string_view line) {
    if (line.starts_with('\t')) {
        if (frames_.size() < format::kMaxFrames - 1)
            frames_.emplace_back(line.substr(std::min(line.find_first_not_of(" \t"), line.size())));
        return;
    }
    if (line.find_first_not_of(" \t") == std::string_view::npos)
        return;  // between a stack and the next block, and within
    end_stack();
    frames_.clear();
    if (const std::size_t at = line.find(kHeapBegins); at != std::string_view::npos) {
        begin_heap(line.substr(at + kHeapBegins.size()));
    } else if (const auto block = parse_block(line)) {
        pending_ = {*block, std::string(block->stack), scope_};
    } else if (contains(line, " allocs\t") && contains(line, kStackOf)) {
        lines_.fail("is of a comparison of two umdh logs: import each log by itself, and compare with dregs diff");
    } else if (contains(line, " by BackTrace") && !line.starts_with(kExplanation)) {
        lines_.fail("begins as a block of a umdh log and is none");
    }
}

std::vector<std::uint8_t> UmdhLog::finish() {
    end_stack();
    return heap_.finish();
}

}  // namespace

bool belongs_to_umdh_log(std::string_view line) {
    return contains(line, kHeapBegins) || contains(line, " by BackTrace") || contains(line, " allocs\tBackTrace");
}

std::vector<std::uint8_t> import_umdh_log(TextLines& lines, std::string_view first_line) {
    UmdhLog log(lines);
    log.add_line(first_line);
    for (std::string_view line; lines.next(line);) log.add_line(line);
    return log.finish();
}

}  // namespace dregs
