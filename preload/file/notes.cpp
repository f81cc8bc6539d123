#include "preload/file/notes.h"

namespace dregs {

void Notes::attach(TraceFile& file, SlowLock& lock, StringTable& strings) {
    strings_ = &strings;
    notes_.attach(file, lock);
    notes_.append_locked();  // a first record now: when space has ended there is none for saying so
    count_ = 0;
}

bool Notes::count_again(format::NoteCode code, int error, const char* detail) {
    for (std::uint32_t i = 1; i <= count_; ++i) {
        format::Note& note = notes_.at(i);
        const bool same_detail = detail ? note.detail != 0 && strings_->equals(note.detail, detail) : note.detail == 0;
        if (note.code == code && note.error == error && same_detail) {
            ++note.count;
            return true;
        }
    }
    return false;
}

DREGS_COLD void Notes::add(format::NoteCode code, int error, const char* detail, std::uint32_t now_cs) {
    if (count_again(code, error, detail)) return;
    if (count_ + 2 >= kMostNotes) {  // the last one stands for all that there is no room for
        code = format::NoteCode::kTableFull, error = 0, detail = "notes";
        if (count_again(code, error, detail)) return;
    }
    // The table's only segment is populated as a whole by the first append, and its first record is this one's.
    if (!notes_.find(count_ + 1)) return;
    if (count_ > 0) notes_.append_locked();
    format::Note& note = notes_.at(++count_);
    note.error = error;
    note.detail = detail ? strings_->add(detail) : 0;
    note.first_cs = now_cs;
    note.count = 1;
    store_release(note.code, code);
}

}  // namespace dregs
