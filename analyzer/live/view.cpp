// See view.h.
#include "analyzer/live/view.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "analyzer/output/escape.h"
#include "analyzer/output/human.h"

namespace dregs {
namespace {

constexpr std::size_t kHeadLines = 5;
constexpr std::size_t kPageRows = 10;
constexpr std::size_t kSparkline = 20;
constexpr std::size_t kScopeWidth = 9;
constexpr std::size_t kSiteColumn = 52;

constexpr const char* kHelp[] = {
    "up, down, Page Up, Page Down, Home, End   choose a site; scroll what is longer",
    "Enter     its stack: the one that holds most of its blocks",
    "s         sort by blocks, bytes, growth, outlived",
    "/         filter by text of site or scope; Enter keeps it, Escape clears it",
    "Tab       sites or scopes",
    "space     freeze what is shown; the trace is read on",
    "w         write a snapshot beside you, as dregs snapshot does",
    "?         this help",
    "q         quit",
    "",
    "Growth is of live blocks a second, over the last minute.",
    "Outlived: blocks whose scope has ended without them.",
};

std::string rate_text(double rate) {
    const double size = std::fabs(rate);
    if (size < 0.05) return "0";
    if (size < 10) return absl::StrFormat("%+.1f", rate);
    return human_delta(static_cast<std::int64_t>(std::clamp(rate, -1e15, 1e15)));
}

std::string byte_rate_text(double rate) {
    return human_byte_delta(static_cast<std::int64_t>(std::clamp(rate, -1e15, 1e15)));
}

// The first characters of a text that take no more columns than there are.
std::string cut(const std::string& text, std::size_t width) {
    std::size_t end = 0;
    for (std::size_t columns = 0; end < text.size(); ++end) {
        const bool begins = (static_cast<unsigned char>(text[end]) & 0xC0) != 0x80;
        if (begins && columns++ == width) break;
    }
    return text.substr(0, end);
}

bool contains(const std::string& text, const std::string& part) {
    return absl::AsciiStrToLower(text).find(absl::AsciiStrToLower(part)) != std::string::npos;
}

std::string row_text(const LiveRow& row, double rate, std::size_t width) {
    const std::string scope = cut(row.scope.empty() ? "-" : row.scope, kScopeWidth);
    const std::string padding(kScopeWidth - std::min(kScopeWidth, display_width(scope)), ' ');
    const bool has_room = kSiteColumn + display_width(row.text) <= width;
    return absl::StrCat(absl::StrFormat("%10s %10s %8s %9s  ", human_count(row.blocks), human_bytes(row.bytes),
                                        rate_text(rate), human_count(row.outlived)),
                        scope, padding, " ", has_room ? row.text : row.short_text);
}

// The first of `count` entries that is shown, so that the chosen one is among `height`.
std::size_t first_shown(std::size_t chosen, std::size_t count, std::size_t height) {
    if (count <= height) return 0;
    return std::min(chosen < height / 2 ? 0 : chosen - height / 2, count - height);
}

}  // namespace

// ---------------------------------------------------------------------------------------------------------------------
// Readings

void LiveView::add(LiveSample sample) {
    history_.add(sample);
    if (frozen_ && shown_) return;
    shown_ = std::move(sample);
    order_rows();
}

void LiveView::order_rows() {
    if (!shown_) return;
    const std::vector<LiveRow>& rows = shown_->rows;
    order_.clear();
    rates_.clear();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rates_.push_back(history().rate_of(rows[i].key));
        if (contains(rows[i].text, filter_) || contains(rows[i].scope, filter_)) order_.push_back(i);
    }
    const auto rank = [&](std::size_t i) -> double {
        switch (sort_) {
            case LiveOrder::kBlocks:
                return static_cast<double>(rows[i].blocks);
            case LiveOrder::kBytes:
                return static_cast<double>(rows[i].bytes);
            case LiveOrder::kGrowth:
                return rates_[i];
            case LiveOrder::kOutlived:
                return static_cast<double>(rows[i].outlived);
        }
        return 0;
    };
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) { return rank(a) > rank(b); });
    const auto found = std::find_if(order_.begin(), order_.end(), [&](auto i) { return rows[i].key == chosen_key_; });
    chosen_ = chosen_key_.empty() || found == order_.end() ? 0 : static_cast<std::size_t>(found - order_.begin());
}

const LiveRow* LiveView::chosen() const {
    return shown_ && chosen_ < order_.size() ? &shown_->rows[order_[chosen_]] : nullptr;
}

void LiveView::show_stack(std::vector<std::string> lines) {
    stack_ = std::move(lines);
    show_page(Page::kStack);
}

// ---------------------------------------------------------------------------------------------------------------------
// Keys

void LiveView::show_page(Page page) {
    page_ = page;
    scrolled_ = 0;
}

// Rendering knows where the end is.
void LiveView::scroll(const KeyPress& press) {
    if (press.key == Key::kUp) scrolled_ -= scrolled_ > 0;
    if (press.key == Key::kDown) ++scrolled_;
    if (press.key == Key::kPageUp) scrolled_ -= std::min(scrolled_, kPageRows);
    if (press.key == Key::kPageDown) scrolled_ += kPageRows;
    if (press.key == Key::kHome) scrolled_ = 0;
    if (press.key == Key::kEnd) scrolled_ = std::numeric_limits<std::size_t>::max() / 2;
}

void LiveView::move(const KeyPress& press) {
    if (page_ != Page::kSites) return scroll(press);
    const std::size_t last = order_.empty() ? 0 : order_.size() - 1;
    if (press.key == Key::kUp) chosen_ -= chosen_ > 0;
    if (press.key == Key::kDown) chosen_ = std::min(chosen_ + 1, last);
    if (press.key == Key::kPageUp) chosen_ -= std::min(chosen_, kPageRows);
    if (press.key == Key::kPageDown) chosen_ = std::min(chosen_ + kPageRows, last);
    if (press.key == Key::kHome) chosen_ = 0;
    if (press.key == Key::kEnd) chosen_ = last;
    // The first is whichever comes first next time.
    chosen_key_ = chosen() && chosen_ != 0 ? chosen()->key : "";
}

void LiveView::go_back() {
    if (page_ == Page::kStack || page_ == Page::kHelp) {
        show_page(Page::kSites);
    } else {
        filter_.clear();
        order_rows();
    }
}

ViewAction LiveView::press_in_filter(const KeyPress& press) {
    if (press.key == Key::kCharacter) filter_ += press.character;
    if (press.key == Key::kBackspace && !filter_.empty()) filter_.pop_back();
    if (press.key == Key::kEscape) filter_.clear();
    if (press.key == Key::kEscape || press.key == Key::kEnter) typing_filter_ = false;
    order_rows();
    return ViewAction::kNone;
}

ViewAction LiveView::press_character(char character) {
    switch (character) {
        case 'q':
            return ViewAction::kQuit;
        case 'w':
            return ViewAction::kSnapshot;
        case 's':
            sort_ = static_cast<LiveOrder>((static_cast<int>(sort_) + 1) % 4);
            order_rows();
            break;
        case '/':
            show_page(Page::kSites);
            typing_filter_ = true;
            break;
        case ' ':
            frozen_ = !frozen_;
            frozen_history_ = frozen_ ? std::optional(history_) : std::nullopt;
            break;
        case '?':
            show_page(page_ == Page::kHelp ? Page::kSites : Page::kHelp);
            break;
        default:
            break;
    }
    return ViewAction::kNone;
}

ViewAction LiveView::press(const KeyPress& press) {
    if (press.key == Key::kNone) return ViewAction::kNone;
    message_.clear();
    if (typing_filter_) return press_in_filter(press);
    switch (press.key) {
        case Key::kCharacter:
            return press_character(press.character);
        case Key::kTab:
            show_page(page_ == Page::kScopes ? Page::kSites : Page::kScopes);
            return ViewAction::kNone;
        case Key::kEnter:
            return page_ == Page::kSites && chosen() ? ViewAction::kShowStack : (go_back(), ViewAction::kNone);
        case Key::kEscape:
            return go_back(), ViewAction::kNone;
        default:
            return move(press), ViewAction::kNone;
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Lines

std::vector<ScreenLine> LiveView::head_lines(std::size_t width) const {
    const LiveSample& now = *shown_;
    const std::string state = frozen_ ? "  [frozen: space goes on]" : now.running ? "" : "  [does not run]";
    const auto course = [&](const std::vector<std::uint64_t>& numbers) {
        return sparkline(numbers, std::min(kSparkline, width / 4), utf8_);
    };
    const std::string about = now.sampled ? "~" : "";
    return {
        {now.title + state, LineStyle::kTitle},
        {absl::StrFormat("live  %13s blocks %9s/s  ", about + human_count(now.blocks),
                         rate_text(history().blocks_rate())) +
         course(history().blocks())},
        {absl::StrFormat("      %13s        %9s/s  ", about + human_bytes(now.bytes),
                         byte_rate_text(history().bytes_rate())) +
         course(history().bytes())},
        {absl::StrCat("allocations ", rate_text(history().alloc_rate()), "/s, frees ", rate_text(history().free_rate()),
                      "/s; ", now.lost),
         now.lost == "nothing was lost" ? LineStyle::kPlain : LineStyle::kBad},
        {""},
    };
}

std::vector<ScreenLine> LiveView::site_lines(std::size_t width, std::size_t height) const {
    constexpr const char* kOrders[] = {"blocks", "bytes", "growth", "outlived"};
    const auto title = [&](LiveOrder order) {
        const char* name = kOrders[static_cast<int>(order)];
        return sort_ == order ? absl::StrCat("*", name) : std::string(name);
    };
    std::vector<ScreenLine> lines{
        {absl::StrFormat("%10s %10s %8s %9s  %-9s site", title(LiveOrder::kBlocks), title(LiveOrder::kBytes),
                         title(LiveOrder::kGrowth), title(LiveOrder::kOutlived), "scope"),
         LineStyle::kHeader}};
    const std::size_t room = height > 1 ? height - 1 : 0;
    const std::size_t first = first_shown(chosen_, order_.size(), room);
    for (std::size_t i = first; i < std::min(first + room, order_.size()); ++i) {
        lines.push_back({row_text(shown_->rows[order_[i]], rates_[order_[i]], width),
                         i == chosen_ ? LineStyle::kChosen : LineStyle::kPlain});
    }
    if (order_.empty()) lines.push_back({filter_.empty() ? "no live blocks" : "no site like that", LineStyle::kDim});
    return lines;
}

std::vector<ScreenLine> LiveView::scope_lines() const {
    std::vector<ScreenLine> lines{
        {absl::StrFormat("%10s %8s %8s %9s %8s %9s  kind", "entered", "/s", "open", "outlived", "/s", "live"),
         LineStyle::kHeader}};
    for (const LiveKind& kind : shown_->kinds) {
        lines.push_back({absl::StrFormat("%10s %8s %8s %9s %8s %9s  ", human_count(kind.entered),
                                         rate_text(history().enter_rate(kind.key)), human_count(kind.open),
                                         human_count(kind.survivors), rate_text(history().survivor_rate(kind.key)),
                                         human_count(kind.blocks)) +
                             kind.name,
                         kind.survivors != 0 ? LineStyle::kBad : LineStyle::kPlain});
    }
    if (shown_->kinds.empty()) lines.push_back({"no scopes were entered: see docs/marking.md", LineStyle::kDim});
    return lines;
}

std::vector<ScreenLine> LiveView::text_lines() const {
    if (page_ == Page::kHelp) {
        std::vector<ScreenLine> lines{{"keys", LineStyle::kHeader}};
        for (const char* line : kHelp) lines.push_back({line});
        return lines;
    }
    std::vector<ScreenLine> lines{{"the stack that holds most of the site's blocks", LineStyle::kHeader}};
    for (const std::string& line : stack_) lines.push_back({"  " + line});
    return lines;
}

// The first line stays, the others go by.
std::vector<ScreenLine> LiveView::scrolled(std::vector<ScreenLine> lines, std::size_t height) {
    const std::size_t room = height > 1 ? height - 1 : 0;
    const std::size_t others = lines.size() - 1;
    scrolled_ = std::min(scrolled_, others - std::min(others, room));
    lines.erase(lines.begin() + 1, lines.begin() + 1 + static_cast<std::ptrdiff_t>(scrolled_));
    const std::size_t left = others - scrolled_;
    if (left > room && room > 0) {
        lines.resize(room);
        lines.push_back({absl::StrCat("(", left - room + 1, " more: down)"), LineStyle::kDim});
    }
    return lines;
}

std::vector<ScreenLine> LiveView::page_lines(std::size_t width, std::size_t height) {
    if (page_ == Page::kSites) return site_lines(width, height);
    return scrolled(page_ == Page::kScopes ? scope_lines() : text_lines(), height);
}

ScreenLine LiveView::last_line() const {
    if (typing_filter_) return {"/" + escape_text(filter_) + "_", LineStyle::kTitle};
    if (!message_.empty()) return {escape_text(message_), LineStyle::kTitle};
    const std::string filter = filter_.empty() ? "" : absl::StrCat("[", escape_text(filter_), "] ");
    return {filter + "q quit s sort / filter Enter stack Tab scopes space freeze w snapshot ? help", LineStyle::kDim};
}

std::vector<ScreenLine> LiveView::render(std::size_t width, std::size_t height) {
    std::vector<ScreenLine> lines;
    if (shown_) {
        lines = head_lines(width);
        const std::size_t room = height > kHeadLines + 1 ? height - kHeadLines - 1 : 0;
        for (ScreenLine& line : page_lines(width, room)) lines.push_back(std::move(line));
    } else {
        lines.push_back({"reading the trace ...", LineStyle::kDim});
    }
    lines.resize(height - 1);
    lines.push_back(last_line());
    for (ScreenLine& line : lines) line.text = cut(line.text, width);
    return lines;
}

}  // namespace dregs
