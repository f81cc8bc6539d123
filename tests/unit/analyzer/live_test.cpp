// The live view without a terminal: what a series of readings says, what is shown of it, what keys do.
#include <gtest/gtest.h>

#include <algorithm>

#include "analyzer/live/history.h"
#include "analyzer/live/view.h"
#include "analyzer/output/escape.h"

namespace dregs {
namespace {

LiveRow row(const std::string& key, std::uint64_t blocks, std::uint64_t bytes, std::uint64_t outlived = 0) {
    return {key, key + "  a.c:1", key + "  a.c:1", "request", blocks, bytes, outlived, 0};
}

LiveSample sample(double seconds, std::vector<LiveRow> rows) {
    LiveSample made;
    made.seconds = seconds;
    made.title = "server, pid 1, running";
    made.lost = "nothing was lost";
    made.running = true;
    for (const LiveRow& each : rows) made.blocks += each.blocks, made.bytes += each.bytes;
    made.rows = std::move(rows);
    return made;
}

std::string screen(LiveView& view, std::size_t width = 80, std::size_t height = 24) {
    std::string text;
    for (const ScreenLine& line : view.render(width, height)) text += line.text + '\n';
    return text;
}

bool shows(LiveView& view, const std::string& text) { return screen(view).find(text) != std::string::npos; }

// The sites as they stand below each other.
std::vector<std::string> sites(LiveView& view) {
    std::vector<std::string> found;
    for (const ScreenLine& line : view.render(80, 24)) {
        const std::size_t at = line.text.find("  a.c:1");
        if (at != std::string::npos)
            found.push_back(line.text.substr(line.text.rfind(' ', at - 1) + 1, at - line.text.rfind(' ', at - 1) - 1));
    }
    return found;
}

ViewAction type(LiveView& view, const std::string& text) {
    ViewAction action = ViewAction::kNone;
    for (const char character : text) action = view.press({Key::kCharacter, character});
    return action;
}

using Names = std::vector<std::string>;

TEST(LiveHistory, RatesAreOfTheLastMinute) {
    LiveHistory history;
    EXPECT_EQ(history.blocks_rate(), 0);
    for (int second = 0; second <= 120; ++second) {
        const auto blocks = static_cast<std::uint64_t>(second < 60 ? 0 : (second - 60) * 10);
        history.add(sample(second, {row("grows", blocks, blocks * 100), row("stays", 5, 50)}));
    }
    EXPECT_NEAR(history.blocks_rate(), 10, 0.2);
    EXPECT_NEAR(history.bytes_rate(), 1000, 20);
    EXPECT_NEAR(history.rate_of("grows"), 10, 0.2);
    EXPECT_EQ(history.rate_of("stays"), 0);
    EXPECT_EQ(history.rate_of("not there"), 0);
    EXPECT_LE(history.blocks().size(), 62u);
}

TEST(LiveHistory, ASiteThatComesAndOneThatGoes) {
    LiveHistory history;
    history.add(sample(0, {row("goes", 100, 0)}));
    history.add(sample(10, {row("comes", 50, 0)}));
    EXPECT_DOUBLE_EQ(history.rate_of("goes"), -10);
    EXPECT_DOUBLE_EQ(history.rate_of("comes"), 5);
}

TEST(LiveHistory, ManyReadingsOfManySitesDoNotAddUp) {
    LiveHistory history;
    for (int i = 0; i <= 600; ++i) {  // ten a second
        const auto blocks = static_cast<std::uint64_t>(i);
        LiveSample made = sample(i / 10.0, {row("grows", blocks, 0)});
        made.kinds = {{"request", "request", blocks * 3, 0, blocks * 2, 0}};
        history.add(made);
        EXPECT_NEAR(history.rate_of("grows"), i == 0 ? 0 : 10, 1e-9) << i;
        EXPECT_NEAR(history.enter_rate("request"), i == 0 ? 0 : 30, 1e-9) << i;
        EXPECT_NEAR(history.survivor_rate("request"), i == 0 ? 0 : 20, 1e-9) << i;
    }
    EXPECT_LE(history.readings_with_sites(), 14u);
}

TEST(Sparkline, FromLeastToMost) {
    EXPECT_EQ(sparkline({0, 7, 14}, 10, true), "▁▅█");
    EXPECT_EQ(sparkline({0, 7, 14}, 10, false), "_=#");
    EXPECT_EQ(sparkline({1, 2, 3, 4}, 2, false), "_#");
    EXPECT_EQ(sparkline({5, 5, 5}, 10, false), "~~~");
    EXPECT_EQ(sparkline({}, 10, true), "");
    EXPECT_EQ(sparkline({0, ~std::uint64_t{0}}, 10, false), "_#");
}

TEST(LiveView, SortsByWhatIsAskedFor) {
    LiveView view(true);
    view.add(sample(0, {row("many", 300, 300), row("large", 2, 5000), row("grows", 1, 10), row("left", 3, 30, 3)}));
    view.add(sample(1, {row("many", 300, 300), row("large", 2, 5000), row("grows", 90, 900), row("left", 3, 30, 3)}));
    EXPECT_EQ(sites(view), (Names{"many", "grows", "left", "large"}));
    type(view, "s");
    EXPECT_EQ(sites(view).front(), "large");
    type(view, "s");
    EXPECT_EQ(sites(view).front(), "grows");
    EXPECT_TRUE(shows(view, "+89"));
    type(view, "s");
    EXPECT_EQ(sites(view).front(), "left");
    type(view, "s");
    EXPECT_EQ(sites(view).front(), "many");
}

TEST(LiveView, FiltersSitesAndScopes) {
    LiveView view(true);
    view.add(sample(0, {row("first", 3, 30), row("second", 2, 20)}));
    type(view, "/SEC");
    EXPECT_EQ(sites(view), (Names{"second"}));
    view.press({Key::kBackspace});
    view.press({Key::kEnter});
    EXPECT_TRUE(shows(view, "[SE] q quit"));
    EXPECT_EQ(type(view, "q"), ViewAction::kQuit) << "no longer typed into the filter";
    view.press({Key::kEscape});
    EXPECT_EQ(sites(view), (Names{"first", "second"}));
    type(view, "/request");
    EXPECT_EQ(sites(view).size(), 2u) << "their scope";
    EXPECT_EQ(type(view, "q"), ViewAction::kNone) << "a letter of the filter";
    EXPECT_TRUE(shows(view, "no site like that"));
}

TEST(LiveView, TheChosenSiteStaysChosenWhenTheRankingChanges) {
    LiveView view(true);
    view.add(sample(0, {row("a", 3, 0), row("b", 2, 0), row("c", 1, 0)}));
    EXPECT_EQ(view.chosen()->key, "a");
    view.press({Key::kDown});
    EXPECT_EQ(view.chosen()->key, "b");
    view.add(sample(1, {row("a", 3, 0), row("b", 9, 0), row("c", 10, 0)}));
    EXPECT_EQ(view.chosen()->key, "b");
    view.press({Key::kEnd});
    EXPECT_EQ(view.chosen()->key, "a");
    view.press({Key::kHome});
    view.add(sample(2, {row("a", 30, 0), row("b", 9, 0)}));
    EXPECT_EQ(view.chosen()->key, "a") << "the first is whichever is first";
    view.press({Key::kPageUp});
    view.press({Key::kPageDown});
    view.press({Key::kDown});
    EXPECT_EQ(view.chosen()->key, "b");
    view.add(sample(3, {}));
    EXPECT_EQ(view.chosen(), nullptr);
    EXPECT_EQ(view.press({Key::kEnter}), ViewAction::kNone);
}

TEST(LiveView, FrozenItShowsWhatItShowed) {
    LiveView view(true);
    view.add(sample(0, {row("a", 3, 0)}));
    type(view, " ");
    view.add(sample(1, {row("b", 3, 0)}));
    EXPECT_EQ(sites(view), (Names{"a"}));
    EXPECT_TRUE(shows(view, "[frozen"));
    const std::vector<ScreenLine> frozen = view.render(80, 24);
    view.add(sample(2, {row("a", 900, 0)}));
    type(view, "ssss");  // in order again, by the rates of then
    const std::vector<ScreenLine> later = view.render(80, 24);
    for (std::size_t i = 0; i < frozen.size(); ++i) EXPECT_EQ(later[i].text, frozen[i].text);
    type(view, " ");
    view.add(sample(2, {row("c", 3, 0)}));
    EXPECT_EQ(sites(view), (Names{"c"}));
}

TEST(LiveView, ScopesAStackHelpAndBack) {
    LiveView view(true);
    LiveSample made = sample(0, {row("a", 3, 0)});
    made.kinds = {{"request", "request", 100, 2, 7, 9}, {"query", "  query", 200, 0, 0, 0}};
    view.add(made);
    made.seconds = 10;
    made.kinds = {{"request", "request", 200, 2, 12, 19}, {"query", "  query", 200, 0, 0, 0}};
    view.add(made);
    view.press({Key::kTab});
    EXPECT_TRUE(shows(view, "       200      +10        2        12     +0.5        19  request"));
    EXPECT_TRUE(shows(view, "       200        0        0         0        0         0    query"));
    view.press({Key::kTab});
    EXPECT_EQ(view.press({Key::kEnter}), ViewAction::kShowStack);
    view.show_stack({"malloc_here  a.c:1", "main  a.c:9"});
    EXPECT_TRUE(shows(view, "main  a.c:9"));
    view.press({Key::kEnter});
    EXPECT_EQ(sites(view), (Names{"a"}));
    type(view, "?");
    EXPECT_TRUE(shows(view, "sort by blocks, bytes, growth, outlived"));
    type(view, "?");
    EXPECT_EQ(type(view, "w"), ViewAction::kSnapshot);
    view.say("snapshot: a.dregs");
    EXPECT_TRUE(shows(view, "snapshot: a.dregs"));
    view.press({Key::kUp});
    EXPECT_FALSE(shows(view, "snapshot: a.dregs"));
}

TEST(LiveView, BeginsWithTheOrderAskedFor) {
    LiveView view(true, LiveOrder::kOutlived);
    view.add(sample(0, {row("many", 300, 300), row("left", 3, 30, 3)}));
    EXPECT_EQ(sites(view).front(), "left");
}

TEST(LiveView, ScrollsWhatIsLongerThanTheScreen) {
    LiveView view(true);
    view.add(sample(0, {row("a", 3, 0)}));
    Names frames;
    for (int i = 0; i < 50; ++i) frames.push_back("frame_" + std::to_string(i) + "_");
    view.show_stack(frames);
    EXPECT_TRUE(shows(view, "frame_0_") && shows(view, "frame_15_"));
    EXPECT_FALSE(shows(view, "frame_16_"));
    EXPECT_TRUE(shows(view, "(34 more: down)"));
    view.press({Key::kDown});
    EXPECT_TRUE(shows(view, "frame_16_") && shows(view, "(33 more: down)") && !shows(view, "frame_0_"));
    view.press({Key::kEnd});
    EXPECT_TRUE(shows(view, "frame_49_") && shows(view, "frame_33_") && !shows(view, "more: down"));
    view.press({Key::kUp});
    EXPECT_TRUE(shows(view, "frame_32_")) << "at once, however far beyond the end";
    view.press({Key::kHome});
    EXPECT_TRUE(shows(view, "frame_0_"));
    EXPECT_TRUE(shows(view, "that holds most")) << "the header stays";
    view.press({Key::kEscape});
    EXPECT_EQ(sites(view), (Names{"a"}));
}

TEST(LiveView, NamesAreShortWhereThereIsLittleRoom) {
    LiveView view(true);
    LiveRow wide = row("handle", 3, 30);
    wide.text = "Server::handle(std::string const&)  server.cpp:42  (server)";
    wide.short_text = "Server::handle  server.cpp:42";
    view.add(sample(0, {wide}));
    EXPECT_NE(screen(view, 52 + 59).find(wide.text), std::string::npos);
    EXPECT_EQ(screen(view, 52 + 58).find(wide.text), std::string::npos);
    EXPECT_NE(screen(view, 52 + 29).find(wide.short_text), std::string::npos);
}

TEST(LiveView, FitsEveryTerminal) {
    LiveView view(true);
    EXPECT_TRUE(shows(view, "reading the trace"));
    std::vector<LiveRow> rows;
    for (int i = 0; i < 100; ++i)
        rows.push_back(row("site_\u00e4\u00f6_" + std::to_string(i), ~std::uint64_t{0} >> i % 60, 1u << 30));
    LiveSample made = sample(0, rows);
    for (int i = 0; i < 100; ++i) made.kinds.push_back({std::to_string(i), "kind", 1, 1, 1, 1});
    view.add(made);
    for (const char* keys : {"", "\t", "?"}) {
        for (const char* key = keys; *key; ++key)
            view.press(*key == '\t' ? KeyPress{Key::kTab} : KeyPress{Key::kCharacter, *key});
        for (std::size_t width = 1; width <= 90; width += 7) {
            for (std::size_t height = 1; height <= 40; ++height) {
                const auto lines = view.render(width, height);
                ASSERT_EQ(lines.size(), height);
                for (const ScreenLine& line : lines) ASSERT_LE(display_width(line.text), width) << line.text;
            }
        }
    }
    view.press({Key::kEscape});
    view.press({Key::kEnd});
    EXPECT_EQ(
        std::count_if(rows.begin(), rows.end(), [&](const LiveRow& each) { return view.chosen()->key == each.key; }),
        1);
    EXPECT_TRUE(shows(view, view.chosen()->key)) << "scrolled to";
}

// A name is passed once to fit the screen, not once for each of its bytes.
TEST(LiveView, ANameOfMegabytesIsNoReasonToWait) {
    LiveView view(true);
    const std::string name = std::string(4'000'000, 'n') + "\u00e4";
    view.add(sample(0, {row(name, 5, 50)}));
    for (int i = 0; i < 20; ++i) {
        view.press({Key::kDown});
        EXPECT_TRUE(shows(view, "nnn"));
    }
}

}  // namespace
}  // namespace dregs
