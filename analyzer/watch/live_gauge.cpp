// See live_gauge.h.
#include "analyzer/watch/live_gauge.h"

#include "analyzer/analysis/estimate.h"
#include "analyzer/trace/block_reader.h"
#include "analyzer/trace/header_reader.h"
#include "analyzer/trace/record_array.h"

namespace dregs {

HeapCounters read_counters(const ByteSource& source) {
    const format::Header header = read_header(source);
    HeapCounters counters;
    std::uint64_t pool_allocs = 0;
    for (const format::ThreadCounters& thread : RecordArray<format::ThreadCounters>(source, header, format::kThreads)) {
        counters.allocs += thread.alloc_calls + thread.pool_allocs;
        counters.bytes += thread.alloc_bytes;
        counters.frees += thread.free_calls + thread.replaced_blocks;
        pool_allocs += thread.pool_allocs;
    }
    counters.tell_live = header.sample_bytes == 0 && pool_allocs == 0;
    counters.tell_bytes = pool_allocs == 0;
    return counters;
}

Tally measure_live(const ByteSource& source) {
    const format::Header header = read_header(source);
    Estimate live;
    read_blocks(source, header, ScopeMoments(source, header),
                [&](const LiveBlock& block) {
                    const bool sampled = header.sample_bytes != 0;
                    const Tally recorded{1, block.bytes};
                    live += sampled ? Estimate(recorded, unsampled_beside(block.bytes, header.sample_bytes)) : recorded;
                },
                {});
    return live.rounded();
}

}  // namespace dregs
