// Text in the trace: names of kinds, threads, modules. Appended, never removed; equal text is kept once where asked
// for.
//
// Callers hold the slow lock. Zero bytes are a valid detached table.
#pragma once

#include <cstddef>

#include "preload/file/table.h"

namespace dregs {

class StringTable : public TraceTable<char, format::kStrings, 1u << 16> {
  public:
    void attach(TraceFile& file, SlowLock& lock) { TraceTable::attach(file, lock, kLengthBytes); }
    // 0 when there is no room; the text is then lost, nothing else.
    format::StringRef add(const char* text, std::size_t bytes);
    format::StringRef add(const char* text);
    // The same reference for the same text while the set of interned texts has room; then 0, and that is said once.
    format::StringRef intern(const char* text);
    // Not terminated, never moved.
    const char* text(format::StringRef string, std::uint32_t& length) const;
    bool equals(format::StringRef string, const char* text) const;

  private:
    static constexpr std::uint32_t kLengthBytes = 4;
    static constexpr std::uint32_t kInternSlots = 4096;

    std::uint32_t interned_count_;
    format::StringRef interned_[kInternSlots];
};

}  // namespace dregs
