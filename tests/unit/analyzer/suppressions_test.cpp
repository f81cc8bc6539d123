// What the C library keeps for itself is in no count, and is said.
#include "analyzer/analysis/suppressions.h"

#include <gtest/gtest.h>

#include "analyzer/analysis/live_set.h"

namespace dregs {
namespace {

Frame frame(const char* function, const char* module) {
    Frame made;
    made.function = function;
    made.module = module;
    return made;
}

TEST(Suppressions, AreOfTheCLibraryOnly) {
    const Suppressions suppressions;
    EXPECT_TRUE(suppressions.suppresses(frame("_IO_file_doallocate", "/lib/x86_64-linux-gnu/libc.so.6")));
    EXPECT_FALSE(suppressions.suppresses(frame("_IO_file_doallocate", "/usr/bin/program")));
    EXPECT_FALSE(suppressions.suppresses(frame("fopen", "/lib/x86_64-linux-gnu/libc.so.6")));
    EXPECT_FALSE(suppressions.suppresses(frame("", "/lib/x86_64-linux-gnu/libc.so.6")));
}

TEST(Suppressions, NoneSuppressesNothing) {
    EXPECT_FALSE(Suppressions::none().suppresses(frame("_IO_file_doallocate", "/lib/x86_64-linux-gnu/libc.so.6")));
}

TEST(Tally, DoesNotGoBelowNothing) {
    Tally tally{3, 100};
    tally -= Tally{1, 200};
    EXPECT_EQ(tally, (Tally{2, 0}));
}

}  // namespace
}  // namespace dregs
