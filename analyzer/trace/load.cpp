// See load.h.
#include "analyzer/trace/load.h"

#include "analyzer/trace/header_reader.h"

namespace dregs {

Trace load_trace(const ByteSource& source, BlockSink sink, const Progress& progress) {
    const format::Header header = read_header(source);
    RecordArray<format::Release> releases(source, header, format::kReleases);
    const ScopeMoments before(source, header);
    const BlockDamage damage = read_blocks(source, header, before, sink, progress);
    return Trace(source, before, std::move(releases), damage);
}

void read_blocks_again(const ByteSource& source, BlockSink sink) {
    const format::Header header = read_header(source);
    const ScopeMoments before(source, header);
    read_blocks(source, header, before, sink, {});
}

}  // namespace dregs
