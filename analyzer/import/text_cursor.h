// Takes a line apart from its beginning. What does not match leaves the cursor failed, and all that follows fails, too,
// so a reader asks once, at the end.
#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>

namespace dregs {

class TextCursor {
  public:
    explicit TextCursor(std::string_view text) : rest_(text) {}

    bool sound() const { return sound_; }
    bool at_end() const { return sound_ && rest_.empty(); }
    std::string_view rest() const { return rest_; }

    // True when the text was there.
    bool skip_if(std::string_view text) {
        if (!sound_ || !rest_.starts_with(text)) return false;
        rest_.remove_prefix(text.size());
        return true;
    }
    TextCursor& skip(std::string_view text) {
        sound_ = skip_if(text);
        return *this;
    }
    TextCursor& skip_spaces() {
        while (rest_.starts_with(' ')) rest_.remove_prefix(1);
        return *this;
    }
    // The text up to `end` or to the end of the line.
    TextCursor& take_until(std::string_view end, std::string_view& out) {
        out = rest_.substr(0, rest_.find(end));
        rest_.remove_prefix(out.size());
        return *this;
    }
    // At most `most`.
    TextCursor& take_number(std::uint64_t& out, int base, std::uint64_t most) {
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), out, base);
        sound_ = sound_ && error == std::errc() && out <= most;
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return *this;
    }

  private:
    std::string_view rest_;
    bool sound_ = true;
};

}  // namespace dregs
