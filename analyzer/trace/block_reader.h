// Turns the words of the block map and the records of the side table into blocks, one at a time.
//
// Owns no block: each goes to the sink at once, so that memory does not follow their number. Called by load.cpp.
#pragma once

#include <absl/functional/function_ref.h>
#include <absl/types/span.h>

#include <cstdint>
#include <functional>

#include "analyzer/trace/block.h"
#include "analyzer/trace/byte_source.h"
#include "analyzer/trace/scope_moments.h"
#include "dregs/trace_format.h"

namespace dregs {

// Told how much of the work is done, now and then.
using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

struct BlockDamage {
    std::uint64_t damaged = 0;  // entries that make no sense: left out
    std::uint64_t in_flux = 0;  // entries that changed while they were read: left out
};

BlockDamage read_blocks(const ByteSource& source, const format::Header& header, const ScopeMoments& scopes,
                        BlockSink sink, const Progress& progress);

// The side table as it stands still, in chunks with their place in the file; records that were changing come as
// tombstones. Returns how many those were. Used by snapshots too.
using SideSink = absl::FunctionRef<void(std::uint64_t offset, absl::Span<const format::SideBlock> records)>;
std::uint64_t read_side_table(const ByteSource& source, const format::Header& header, SideSink sink);

}  // namespace dregs
