// Strings stay what they were, whatever comes after them.
#include <string>
#include <vector>

#include "trace_fixture.h"

namespace dregs {
namespace {

using StringTableTest = TraceTest;

TEST_F(StringTableTest, StringsSurviveGrowth) {
    StringTable& strings = parts().strings;
    std::vector<format::StringRef> refs;
    for (int i = 0; i < 20'000; ++i) refs.push_back(strings.add(("name " + std::to_string(i)).c_str()));
    for (int i = 0; i < 20'000; ++i) {
        ASSERT_TRUE(strings.equals(refs[static_cast<std::size_t>(i)], ("name " + std::to_string(i)).c_str())) << i;
    }
}

TEST_F(StringTableTest, EqualityIsExact) {
    StringTable& strings = parts().strings;
    const format::StringRef packet = strings.add("packet");
    EXPECT_FALSE(strings.equals(packet, "packe"));
    EXPECT_FALSE(strings.equals(packet, "packets"));
    EXPECT_FALSE(strings.equals(packet, ""));
    EXPECT_TRUE(strings.equals(strings.add(""), ""));
}

TEST_F(StringTableTest, InternedOnce) {
    StringTable& strings = parts().strings;
    const format::StringRef worker = strings.intern("worker");
    EXPECT_NE(worker, 0u);
    EXPECT_EQ(strings.intern("worker"), worker);
    EXPECT_NE(strings.intern("worker-2"), worker);
}

TEST_F(StringTableTest, InterningEndsWithANote) {
    StringTable& strings = parts().strings;
    std::string full;
    parts().file.keep_notes_in(
        [](void* text, format::NoteCode, int, const char* detail) { static_cast<std::string*>(text)->append(detail); },
        &full);
    for (int i = 0; i < 10'000; ++i) strings.intern(std::to_string(i).c_str());
    EXPECT_EQ(strings.intern("one too many"), 0u);
    EXPECT_NE(strings.intern("7"), 0u);
    EXPECT_EQ(full, "names");
}

TEST_F(StringTableTest, LongestStringsDoNotStraddleSegments) {
    StringTable& strings = parts().strings;
    const std::string longest(1 << 15, 'x');
    for (int i = 0; i < 50; ++i) {
        const format::StringRef ref = strings.add((longest + "cut").c_str());
        ASSERT_NE(ref, 0u);
        ASSERT_TRUE(strings.equals(ref, longest.c_str()));
        ASSERT_TRUE(strings.equals(ref, (longest + "cut").c_str())) << "or each mark adds its name anew";
    }
}

}  // namespace
}  // namespace dregs
