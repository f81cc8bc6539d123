// Messages for whoever reads the trace: why recording was limited. The shim itself never prints.
#pragma once

#include "preload/file/string_table.h"
#include "preload/file/table.h"

namespace dregs {

class Notes {
  public:
    void attach(TraceFile& file, SlowLock& lock, StringTable& strings);
    // Callers hold the slow lock. The same again only counts.
    void add(format::NoteCode code, int error, const char* detail, std::uint32_t now_cs);

  private:
    bool count_again(format::NoteCode code, int error, const char* detail);

    static constexpr std::uint32_t kMostNotes = 64;

    StringTable* strings_;
    std::uint32_t count_;
    TraceTable<format::Note, format::kNotes, kMostNotes> notes_;
};

}  // namespace dregs
