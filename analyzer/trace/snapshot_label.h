// A label for a copy of a trace: one string more in the copy's table, named by its header.
//
// Writes behind what the trace has, in the room that its last segment of strings has left, or in a segment of its own
// at the file's end.
#pragma once

#include <cstdint>
#include <string_view>

#include "analyzer/trace/new_file.h"
#include "analyzer/trace/table_layout.h"

namespace dregs {

// `strings`: where those of `header` are. Returns how long the file has to be, at least `file_bytes`. A trace whose
// strings leave no room for one more gets none.
std::uint64_t write_label(const TableLayout& strings, std::string_view label, std::uint64_t file_bytes,
                          format::Header& header, NewFile& copy);

}  // namespace dregs
