// A book that is added to while its thread is looking something up in it or adding to it, as a signal handler may do
// that goes on on another stack, where the shim cannot tell that a hook was interrupted. Single-stepping delivers
// SIGTRAP at each instruction of the interrupted call.
#include <gtest/gtest.h>

#include "preload/file/release_table.h"
#include "single_step.h"
#include "trace_fixture.h"

namespace dregs {
namespace {

constexpr std::uint32_t kUntilItGrows = 64;  // keys; the next one is too much for the first index

std::uint64_t key_of(std::uint32_t number) { return format::make_release_key(number, 1, format::ReleaseKind::kFreed); }

// `book`, looked up in as a hook does: not inlined, so that nothing of it is done before.
__attribute__((noinline)) format::Release* look_up(const ReleaseBook& book, std::uint64_t key) {
    return book.find(key);
}

__attribute__((noinline)) format::Release* add_to(ReleaseTable& table, ReleaseBook& book, std::uint64_t key) {
    return table.find_or_add(book, key);
}

class ReleaseTableSignalTest : public TraceTest {
  protected:
    void SetUp() override {
        TraceTest::SetUp();
        table_->attach(parts().file, parts().lock);
    }

    // Looks a key up and lets the book grow after so many instructions. False: it was through before.
    bool interrupt_after(unsigned instructions) {
        auto book = zeroed<ReleaseBook>();
        format::Release* expected = nullptr;
        for (std::uint32_t i = 1; i <= kUntilItGrows; ++i) expected = table_->find_or_add(*book, key_of(i));
        const format::Release* found = nullptr;
        const bool came = step_.interrupt_after(
            instructions, [&] { found = look_up(*book, key_of(kUntilItGrows)); },
            [&] { table_->find_or_add(*book, key_of(kUntilItGrows + 1)); });
        EXPECT_EQ(found, expected) << "interrupted after " << instructions << " instructions";
        EXPECT_EQ(book->find(key_of(kUntilItGrows)), expected) << "in the book as it has grown";
        return came;
    }

    // The same for an addition to a book of so many keys.
    bool interrupt_addition_after(unsigned instructions, std::uint32_t keys) {
        auto book = zeroed<ReleaseBook>();
        for (std::uint32_t i = 1; i <= keys; ++i) table_->find_or_add(*book, key_of(i));
        format::Release* added = nullptr;
        format::Release* added_by_handler = nullptr;
        const bool came = step_.interrupt_after(
            instructions, [&] { added = add_to(*table_, *book, key_of(keys + 1)); },
            [&] { added_by_handler = table_->find_or_add(*book, key_of(kUntilItGrows + 1)); });
        expect_distinct(instructions, added, keys + 1);
        if (came) expect_distinct(instructions, added_by_handler, kUntilItGrows + 1);
        for (const std::uint32_t number : {keys + 1, kUntilItGrows + 1}) {
            const format::Release* found = book->find(key_of(number));
            EXPECT_TRUE(!found || found->key == key_of(number)) << "after " << instructions << " instructions";
        }
        return came;
    }

  private:
    static void expect_distinct(unsigned instructions, const format::Release* record, std::uint32_t number) {
        ASSERT_TRUE(record);
        EXPECT_EQ(record->key, key_of(number)) << "interrupted after " << instructions << " instructions";
    }

    Zeroed<ReleaseTable> table_ = zeroed<ReleaseTable>();
    SingleStep step_;
};

TEST_F(ReleaseTableSignalTest, ABookMayGrowUnderALookUp) {
    unsigned instructions = 0;
    while (instructions < 10'000 && interrupt_after(instructions)) ++instructions;
    EXPECT_GT(instructions, 10u) << "the look-up was stepped through";
    EXPECT_LT(instructions, 10'000u);
}

// Also where a run of records ends, and where the book is empty or full: each key has a record of its own.
TEST_F(ReleaseTableSignalTest, ABookMayBeAddedToUnderAnAddition) {
    for (const std::uint32_t keys : {0u, 3u, 7u, 8u, kUntilItGrows - 1}) {
        unsigned instructions = 0;
        while (instructions < 10'000 && interrupt_addition_after(instructions, keys)) ++instructions;
        EXPECT_GT(instructions, 20u) << "the addition was stepped through";
    }
}

}  // namespace
}  // namespace dregs
