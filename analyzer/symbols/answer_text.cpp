// See answer_text.h.
//
//   text    number of answers, then each:   address, number of frames, frames
//   frame   function, file, line, column, function_offset, offset, inlined
//   name    0 and the text, where it is new; else the number of the name, counted from 1 in the order they came
#include "analyzer/symbols/answer_text.h"

#include <algorithm>
#include <limits>

namespace dregs {
namespace {

// More than any address has; a text that claims more is damaged.
constexpr std::uint64_t kMaxFrames = 1u << 16;

std::uint64_t plain(int number) { return static_cast<std::uint64_t>(std::max(number, 0)); }

class AnswerReader {
  public:
    explicit AnswerReader(ByteReader& in) : in_(in) {}

    Frame frame() {
        Frame frame;
        frame.function = name();
        frame.file = name();
        frame.line = small();
        frame.column = small();
        frame.function_offset = in_.number();
        frame.offset = in_.number();
        frame.inlined = in_.number() != 0;
        return frame;
    }

  private:
    std::string_view name() {
        const std::uint64_t number = in_.number();
        if (number == 0) return names_.emplace_back(in_.text());
        return number <= names_.size() ? names_[number - 1] : std::string_view();
    }
    int small() {
        constexpr std::uint64_t kMost = std::numeric_limits<int>::max();
        return static_cast<int>(std::min(in_.number(), kMost));
    }

    ByteReader& in_;
    std::vector<std::string_view> names_;
};

}  // namespace

void AnswerText::add_name(const std::string& name) {
    const auto [known, is_new] = names_.try_emplace(name, names_.size() + 1);
    out_.number(is_new ? 0 : known->second);
    if (is_new) out_.text(name);
}

void AnswerText::add(std::uint64_t address, const std::vector<Frame>& frames) {
    ++count_;
    out_.number(address);
    out_.number(frames.size());
    for (const Frame& frame : frames) {
        add_name(frame.function);
        add_name(frame.file);
        for (const std::uint64_t number : {plain(frame.line), plain(frame.column), frame.function_offset, frame.offset,
                                           std::uint64_t{frame.inlined ? 1u : 0u}})
            out_.number(number);
    }
}

std::string AnswerText::finish() const {
    ByteWriter whole;
    whole.number(count_);
    return whole.bytes() + out_.bytes();
}

bool read_answers(std::string_view text,
                  const std::function<void(std::uint64_t address, std::vector<Frame>&& frames)>& visit) {
    ByteReader in(text);
    while (in.good() && !in.at_end()) {
        AnswerReader reader(in);
        for (std::uint64_t left = in.number(); left > 0 && in.good(); --left) {
            const std::uint64_t address = in.number();
            std::vector<Frame> frames;
            const std::uint64_t count = in.number();
            if (count > kMaxFrames) return false;
            for (std::uint64_t i = 0; i < count && in.good(); ++i) frames.push_back(reader.frame());
            if (in.good()) visit(address, std::move(frames));
        }
    }
    return in.good();
}

}  // namespace dregs
