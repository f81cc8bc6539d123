// What the live view shows, as lines of text, and what its keys do. Knows no terminal: a reading, a size and keys in,
// lines out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/live/history.h"
#include "analyzer/live/sample.h"

namespace dregs {

enum class LineStyle { kPlain, kTitle, kHeader, kChosen, kDim, kBad };

struct ScreenLine {
    std::string text;
    LineStyle style = LineStyle::kPlain;
};

enum class Key { kNone, kCharacter, kUp, kDown, kPageUp, kPageDown, kHome, kEnd, kEnter, kEscape, kBackspace, kTab };

struct KeyPress {
    Key key = Key::kNone;
    char character = 0;  // of kCharacter
};

enum class LiveOrder { kBlocks, kBytes, kGrowth, kOutlived };

enum class ViewAction { kNone, kQuit, kSnapshot, kShowStack };

class LiveView {
  public:
    explicit LiveView(bool utf8, LiveOrder order = LiveOrder::kBlocks) : utf8_(utf8), sort_(order) {}

    // A new reading; while the view is frozen it is kept in the history and not shown.
    void add(LiveSample sample);
    // What somebody has to do that the view cannot.
    ViewAction press(const KeyPress& press);
    // `width` and `height` in characters, at least 1 each. Exactly `height` lines, none wider.
    std::vector<ScreenLine> render(std::size_t width, std::size_t height);

    // In place of the key help, until the next key.
    void say(std::string message) { message_ = std::move(message); }
    void show_stack(std::vector<std::string> lines);
    // The row that is chosen; nothing where there is none.
    const LiveRow* chosen() const;

  private:
    enum class Page { kSites, kScopes, kStack, kHelp };

    ViewAction press_in_filter(const KeyPress& press);
    ViewAction press_character(char character);
    void move(const KeyPress& press);
    void go_back();
    void order_rows();
    void scroll(const KeyPress& press);
    void show_page(Page page);

    const LiveHistory& history() const { return frozen_history_ ? *frozen_history_ : history_; }
    std::vector<ScreenLine> head_lines(std::size_t width) const;
    std::vector<ScreenLine> site_lines(std::size_t width, std::size_t height) const;
    std::vector<ScreenLine> scope_lines() const;
    std::vector<ScreenLine> text_lines() const;
    std::vector<ScreenLine> scrolled(std::vector<ScreenLine> lines, std::size_t height);
    std::vector<ScreenLine> page_lines(std::size_t width, std::size_t height);
    ScreenLine last_line() const;

    bool utf8_;
    std::optional<LiveSample> shown_;
    LiveHistory history_;
    std::vector<std::size_t> order_;  // of shown_->rows, those that the filter lets through
    std::vector<double> rates_;       // of shown_->rows
    Page page_ = Page::kSites;
    std::size_t scrolled_ = 0;  // lines of the page, other than sites, that are above the screen
    LiveOrder sort_;
    std::string chosen_key_;  // stays with its site when the ranking changes; empty: the first
    std::size_t chosen_ = 0;
    std::string filter_;
    bool typing_filter_ = false;
    bool frozen_ = false;
    std::optional<LiveHistory> frozen_history_;  // as of then: rates that fit what is shown
    std::vector<std::string> stack_;
    std::string message_;
};

}  // namespace dregs
