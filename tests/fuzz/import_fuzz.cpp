// Feeds text to the importers, as `dregs import` does with a file: an Error, or a trace that can be read.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "analyzer/import/cjdns_snapshot.h"
#include "analyzer/import/umdh_log.h"
#include "analyzer/trace/error.h"
#include "analyzer/trace/load.h"
#include "tests/fuzz/memory_file.h"

using namespace dregs;

namespace {

void read_it(const std::vector<std::uint8_t>& trace) {
    try {
        load_trace(MemorySource("imported", absl::MakeConstSpan(trace)), [](const LiveBlock&) {});
    } catch (const Error&) {
        abort();
    }
}

template <class Begins, class Import>
void import(const MemoryFile& file, Begins begins, Import import_from) {
    try {
        TextLines lines(file.path());
        for (std::string_view line; lines.next(line);)
            if (begins(line)) return read_it(import_from(lines, line));
    } catch (const Error&) {
        return;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const MemoryFile file(data, size);
    import(file, begins_cjdns_snapshot, import_cjdns_snapshot);
    import(file, belongs_to_umdh_log, import_umdh_log);
    return 0;
}
