// Notes: each different one can be read, equal ones are counted, and too many are one that says so.
#include "preload/file/notes.h"

#include <string>

#include "trace_fixture.h"

namespace dregs {
namespace {

class NotesTest : public TraceTest {
  protected:
    void SetUp() override {
        TraceTest::SetUp();
        notes_->attach(parts().file, parts().lock, parts().strings);
    }
    void add(const std::string& detail) { notes_->add(format::NoteCode::kSnapshotFailed, 28, detail.c_str(), 0); }
    // What a reader finds: as many records as the table counts.
    std::uint64_t count() { return table().count - 1; }
    const format::Note& note(std::uint64_t index) {
        const char* file = reinterpret_cast<const char*>(&parts().file.header());
        return reinterpret_cast<const format::Note*>(file + table().segment_offset[0])[index];
    }

  private:
    const format::Table& table() { return parts().file.header().tables[format::kNotes]; }
    Zeroed<Notes> notes_ = zeroed<Notes>();
};

TEST_F(NotesTest, EachIsWithinTheTable) {
    for (int i = 0; i < 5; ++i) add("label " + std::to_string(i));
    ASSERT_EQ(count(), 5u);
    EXPECT_EQ(note(5).code, format::NoteCode::kSnapshotFailed);
    EXPECT_TRUE(parts().strings.equals(note(5).detail, "label 4"));
}

TEST_F(NotesTest, TheSameAgainIsCounted) {
    for (int i = 0; i < 5; ++i) add("label");
    EXPECT_EQ(count(), 1u);
    EXPECT_EQ(note(1).count, 5u);
}

TEST_F(NotesTest, TooManyAreSaid) {
    for (int i = 0; i < 100; ++i) add("label " + std::to_string(i));
    ASSERT_EQ(count(), 63u);
    EXPECT_EQ(note(63).code, format::NoteCode::kTableFull);
    EXPECT_TRUE(parts().strings.equals(note(63).detail, "notes"));
    EXPECT_EQ(note(63).count, 38u);
}

}  // namespace
}  // namespace dregs
