// Tables on terminals: what does not fit flows on, and stays told apart.
#include "analyzer/output/text_table.h"

#include <gtest/gtest.h>

#include <sstream>

namespace dregs {
namespace {

using Pieces = std::vector<std::string>;

TEST(FlowText, PartsAtBlanks) {
    EXPECT_EQ(flow_text("a line of words", 0, 2), (Pieces{"a line of words"}));
    EXPECT_EQ(flow_text("a line of words", 15, 2), (Pieces{"a line of words"}));
    EXPECT_EQ(flow_text("a line of words", 9, 2), (Pieces{"a line of", "words"}));
    EXPECT_EQ(flow_text("a line of words", 8, 3), (Pieces{"a line", "of", "words"}));
    EXPECT_EQ(flow_text("name  file:7  (module)", 13, 0), (Pieces{"name  file:7", "(module)"}));
}

TEST(FlowText, KeepsWhatCannotBeParted) {
    EXPECT_EQ(flow_text("", 5, 2), (Pieces{""}));
    EXPECT_EQ(flow_text("averylongword", 5, 2), (Pieces{"averylongword"}));
    EXPECT_EQ(flow_text("a averylongword b", 5, 9), (Pieces{"a", "averylongword", "b"}));
    EXPECT_EQ(flow_text("\u00e4\u00f6\u00fc \u00e4\u00f6", 6, 0), (Pieces{"\u00e4\u00f6\u00fc \u00e4\u00f6"}));
}

std::string table_of(std::size_t width) {
    Palette palette;
    palette.width = width;
    TextTable table({{"live", Align::kRight}, {"scope", Align::kLeft}, {"site", Align::kLeft}}, palette);
    table.add_row({"150", "request", "Server::remember(std::string const&)  server.cpp:164  (server)"});
    table.add_line("Server::handle(std::string const&)  server.cpp:159");
    std::ostringstream out;
    table.print(out);
    return out.str();
}

TEST(TextTable, IsAsWideAsItLikesWhereThereIsNoTerminal) {
    EXPECT_EQ(table_of(0),
              "live  scope    site\n"
              " 150  request  Server::remember(std::string const&)  server.cpp:164  (server)\n"
              "                 Server::handle(std::string const&)  server.cpp:159\n");
    EXPECT_EQ(table_of(200), table_of(0));
}

TEST(TextTable, FlowsOnInItsColumn) {
    EXPECT_EQ(table_of(70),
              "live  scope    site\n"
              " 150  request  Server::remember(std::string const&)  server.cpp:164\n"
              "                   (server)\n"
              "                 Server::handle(std::string const&)  server.cpp:159\n");
}

TEST(TextTable, HasTheLastColumnBelowWhereThereIsLittleRoom) {
    EXPECT_EQ(table_of(50),
              "live  scope    site\n"
              " 150  request\n"
              "      Server::remember(std::string const&)\n"
              "          server.cpp:164  (server)\n"
              "        Server::handle(std::string const&)\n"
              "          server.cpp:159\n");
}

TEST(TextTable, LeavesNumbersInTheLastColumnAlone) {
    Palette palette;
    palette.width = 5;
    TextTable table({{"kind", Align::kLeft}, {"live", Align::kRight}}, palette);
    table.add_row({"request", "7"});
    std::ostringstream out;
    table.print(out);
    EXPECT_EQ(out.str(), "kind     live\nrequest     7\n");
}

}  // namespace
}  // namespace dregs
