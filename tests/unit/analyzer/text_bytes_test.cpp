// Text in the encodings that other tools' lists come in.
#include "analyzer/import/text_bytes.h"

#include <gtest/gtest.h>

#include "trace_fixture.h"

namespace dregs {
namespace {

class TextBytesTest : public testing::Test {
  protected:
    std::string read(const std::string& file) {
        TextBytes bytes(folder_.write("text", {file.begin(), file.end()}));
        std::string text;
        for (int byte = 0; (byte = bytes.next()) != TextBytes::kEnd;) text.push_back(static_cast<char>(byte));
        return text;
    }
    static std::string units(std::initializer_list<int> list, bool big_endian = false) {
        std::string bytes;
        for (const int unit : list) {
            const char high = static_cast<char>(unit >> 8), low = static_cast<char>(unit);
            bytes.push_back(big_endian ? high : low);
            bytes.push_back(big_endian ? low : high);
        }
        return bytes;
    }
    TempFolder folder_;
};

TEST_F(TextBytesTest, BytesAreLeftAsTheyAre) {
    for (const std::string text : {"", "a", "\xff", "\xfe", "ab", "\xef\xbb", "12345678", "123456789", "\x80\xff\n"}) {
        EXPECT_EQ(read(text), text);
    }
    EXPECT_EQ(read("\xef\xbb\xbftext"), "text");
}

TEST_F(TextBytesTest, Utf16ComesAsUtf8) {
    const std::initializer_list<int> text = {0xfeff, 'a', 0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0xd83d, 0xde00, 'z'};
    const std::string expected = "a\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x9f\x98\x80z";
    EXPECT_EQ(read(units(text)), expected);
    EXPECT_EQ(read(units(text, true)), expected);
    EXPECT_EQ(read(units({0xfeff})), "");
}

TEST_F(TextBytesTest, BrokenUtf16IsReplaced) {
    EXPECT_EQ(read(units({0xfeff, 0xd83d, 'a', 0xde00, 'b', 0xd83d})),
              "\xef\xbf\xbd"
              "a\xef\xbf\xbd"
              "b\xef\xbf\xbd");
    EXPECT_EQ(read(units({0xfeff, 'a'}) + "b"), "a");
}

}  // namespace
}  // namespace dregs
