// How one frame reads.
#include "analyzer/output/frame_text.h"

#include <gtest/gtest.h>

namespace dregs {
namespace {

TEST(FrameText, CallsStringsWhatPeopleCallThem) {
    Frame frame;
    frame.function =
        "handle(std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > const&, "
        "std::basic_string_view<char, std::char_traits<char> >)";
    frame.file = "/src/server.cpp";
    frame.line = 7;
    EXPECT_EQ(frame_text(frame, false), "handle(std::string const&, std::string_view)  server.cpp:7");
}

TEST(FrameText, ControlCharactersDoNotReachTheTerminal) {
    Frame frame;
    frame.function = "evil\x1b[2J";
    EXPECT_EQ(frame_text(frame, false).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace dregs
