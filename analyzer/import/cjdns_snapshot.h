// cjdns' memory snapshots (Allocator_snapshot, or printed when it is out of memory) as a trace.
//
// A line is an allocator or a block, its depth half the length of what stands in front:
//
//   Core.c:496 [102456] bytes                                the root allocator
//     Admin.c:365 [296] bytes                                a child; " (freeing)" may follow
//     | Sockaddr.c:72 [72] bytes at [0x55d3b586dca0]         a block of it
//   totalBytes [8388800] remaining [7872736]                 the limit, and what is left of it
//
// Allocators become open scopes of a kind of their name, blocks stacks of their own line, their allocator's, its
// parent's and so on. Where "----- cjdns memory snapshot -----" stands, only what follows is read, up to the line that
// ends it. An excerpt may begin inside the tree: what is missing above it is one scope of the kind "...".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analyzer/import/text_lines.h"

namespace dregs {

// Whether a line is a cjdns snapshot's first.
bool begins_cjdns_snapshot(std::string_view line);

// A trace file's bytes. Throws Error, with the line's number, at what is no such snapshot.
std::vector<std::uint8_t> import_cjdns_snapshot(TextLines& lines, std::string_view first_line);

}  // namespace dregs
