#include "preload/file/notes.h"

namespace dregs {

void Notes::attach(TraceFile& file, SlowLock& lock, StringTable& strings) {
    strings_ = &strings;
    notes_.attach(file, lock);
    notes_.append_locked();  // a first record now: when space has ended there is none for saying so
    count_ = 0;
}

DREGS_COLD void Notes::add(format::NoteCode code, int error, const char* detail, std::uint32_t now_cs) {
    for (std::uint32_t i = 1; i <= count_; ++i) {
        format::Note& note = notes_.at(i);
        const bool same_detail = detail ? note.detail != 0 && strings_->equals(note.detail, detail) : note.detail == 0;
        if (note.code == code && note.error == error && same_detail) {
            ++note.count;
            return;
        }
    }
    // The table's only segment is populated as a whole by the first append.
    if (count_ + 1 >= kMostNotes || !notes_.find(count_ + 1)) return;
    format::Note& note = notes_.at(++count_);
    note.error = error;
    note.detail = detail ? strings_->add(detail) : 0;
    note.first_cs = now_cs;
    note.count = 1;
    store_release(note.code, code);
}

}  // namespace dregs
