// See span_frames.h. The format is the one of the System V ABI's exception frames; registers by their DWARF numbers.
#include "analyzer/spans/span_frames.h"

#include <vector>

#include "analyzer/spans/byte_string.h"
#include "analyzer/spans/span_code.h"

namespace dregs {
namespace {

enum Register : char { kRbx = 3, kRbp = 6, kRsp = 7, kReturn = 16 };
enum Instruction : char { kAdvance = 0x04, kDefineCfa = 0x0C, kCfaRegister = 0x0D, kCfaOffset = 0x0E };

constexpr std::uint8_t kRelativeToPlace = 0x1B;  // of four bytes, signed
constexpr std::uint8_t kRelativeToIndex = 0x3B;
constexpr std::uint8_t kPlainNumber = 0x03;

// The rules of one function, in the order of its code.
class Rules {
  public:
    explicit Rules(std::uint64_t begin) : at_(begin) {}
    void at(std::uint64_t offset) {
        code_.push_back(kAdvance);
        append_value(code_, static_cast<std::uint32_t>(offset - at_));
        at_ = offset;
    }
    void cfa(Register reg, char offset) { code_ += {kDefineCfa, reg, offset}; }
    void cfa_offset(char offset) { code_ += {kCfaOffset, offset}; }
    void cfa_register(Register reg) { code_ += {kCfaRegister, reg}; }
    // So many words below the CFA.
    void saved(Register reg, char words) { code_ += {static_cast<char>(0x80 | reg), words}; }
    void restored(Register reg) { code_ += static_cast<char>(0xC0 | reg); }
    const std::string& code() const { return code_; }

  private:
    std::uint64_t at_;
    std::string code_;
};

std::string rules_of_cross() {
    const span_code::Frame frame = span_code::frame_of_cross();
    Rules rules(span_code::cross());
    rules.at(frame.pushed);
    rules.cfa_offset(16);
    rules.saved(kRbp, 2);
    rules.at(frame.made);
    rules.cfa_register(kRbp);
    rules.at(frame.made + 1);
    rules.saved(kRbx, 3);
    rules.at(frame.left);
    rules.cfa(kRsp, 8);
    rules.restored(kRbx);
    rules.restored(kRbp);
    return rules.code();
}

std::string rules_of(const span_code::Pushed& function) {
    Rules rules(function.begin);
    rules.at(function.pushed);
    rules.cfa_offset(16);
    rules.saved(kRbx, 2);
    rules.at(function.popped);
    rules.cfa_offset(8);
    rules.restored(kRbx);
    return rules.code();
}

// A record with its length in front, padded with "no operation".
void append_record(std::string& frames, std::string record) {
    while ((record.size() + 4) % 8 != 0) record.push_back('\0');
    append_value(frames, static_cast<std::uint32_t>(record.size()));
    frames += record;
}

std::string common_information() {
    std::string record(4, '\0');  // no offset: this is the common record
    record += '\1';
    append_text(record, "zR");
    record += {1, 0x78, kReturn, 1, static_cast<char>(kRelativeToPlace)};  // factors 1 and -8
    record += {kDefineCfa, kRsp, 8, static_cast<char>(0x80 | kReturn), 1};
    return record;
}

struct Function {
    std::uint64_t begin;
    std::uint64_t bytes;
    std::string rules;
};

std::vector<Function> functions(std::uint64_t code_bytes) {
    const span_code::Pushed next = span_code::pushed_by_next();
    const span_code::Pushed start = span_code::pushed_by_start();
    const std::size_t fixed = span_code::bytes().size();
    return {{span_code::cross(), span_code::frame_of_cross().end - span_code::cross(), rules_of_cross()},
            {next.begin, next.end - next.begin, rules_of(next)},
            {start.begin, start.end - start.begin, rules_of(start)},
            {fixed, code_bytes - fixed, ""}};
}

}  // namespace

SpanFrames make_span_frames(std::uint64_t frames_at, std::uint64_t code, std::uint64_t code_bytes) {
    SpanFrames made;
    append_record(made.frames, common_information());
    std::vector<std::uint64_t> records;
    for (const Function& function : functions(code_bytes)) {
        const std::uint64_t at = frames_at + made.frames.size();
        records.push_back(at);
        std::string record;
        append_value(record, static_cast<std::uint32_t>(made.frames.size() + 4));  // back to the common record
        append_value(record, distance(at + 8, code + function.begin));
        append_value(record, static_cast<std::uint32_t>(function.bytes));
        record.push_back('\0');  // nothing more to say
        append_record(made.frames, record + function.rules);
    }
    append_value(made.frames, std::uint32_t{0});
    align_to(made.frames, 8);
    const std::uint64_t index_at = frames_at + made.frames.size();
    for (const std::uint8_t byte : {std::uint8_t{1}, kRelativeToPlace, kPlainNumber, kRelativeToIndex})
        append_value(made.index, byte);
    append_value(made.index, distance(index_at + 4, frames_at));
    append_value(made.index, static_cast<std::uint32_t>(records.size()));
    for (std::size_t i = 0; i < records.size(); ++i) {
        append_value(made.index, distance(index_at, code + functions(code_bytes)[i].begin));
        append_value(made.index, distance(index_at, records[i]));
    }
    return made;
}

}  // namespace dregs
