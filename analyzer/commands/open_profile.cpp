// See open_profile.h.
#include "analyzer/commands/open_profile.h"

#include "analyzer/commands/progress_line.h"
#include "analyzer/output/escape.h"
#include "analyzer/trace/header_reader.h"
#include "analyzer/trace/load.h"

namespace dregs {

std::unique_ptr<Profile> open_profile(const std::string& trace_or_pid, NamingRoom& naming) {
    const OpenedTrace opened = open_trace_or_pid(trace_or_pid);
    ProgressLine progress("reading " + opened.source->name());
    return read_profile(opened, naming, [&](std::uint64_t done, std::uint64_t total) { progress.show(done, total); });
}

std::unique_ptr<Profile> read_profile(const OpenedTrace& opened, NamingRoom& naming, const Progress& progress) {
    BlockSums sums(read_header(*opened.source).sample_bytes);
    Trace trace = load_trace(
        *opened.source, [&](const LiveBlock& block) { sums.add(block); }, progress);
    ProcessStatus status = process_status(trace, *opened.source, opened.pid);
    return std::make_unique<Profile>(std::move(trace), sums, std::move(status), naming);
}

Timeline timeline_of(const std::vector<std::string>& traces) {
    std::vector<format::Header> headers;
    headers.reserve(traces.size());
    for (const std::string& trace : traces) headers.push_back(read_header(*open_trace_or_pid(trace).source));
    return order_traces(headers);
}

void print_warnings(std::ostream& err, const NamingRoom& naming) {
    for (const std::string& warning : naming.symbolizer.warnings()) err << "dregs: " << escape_text(warning) << '\n';
}

}  // namespace dregs
