// See trace_summary.h.
#include "analyzer/trace/trace_summary.h"

#include "analyzer/trace/header_reader.h"
#include "analyzer/trace/table_layout.h"
#include "analyzer/trace/trace_liveness.h"

namespace dregs {
namespace {

constexpr std::uint32_t kMostBytes = 64 * 1024;  // of a name

// A string lies within one segment. Empty for what cannot be: a name more or less is no reason to list nothing.
std::string read_string(const FileSource& source, const TableLayout& layout, format::StringRef ref) {
    const std::uint64_t offset = ref == 0 ? 0 : layout.offset_of(ref);
    if (offset == 0 || offset + sizeof(std::uint32_t) > source.size()) return "";
    const auto length = source.read_value<std::uint32_t>(offset);
    if (length > kMostBytes || offset + sizeof(length) + length > source.size()) return "";
    std::string text(length, '\0');
    source.read(offset + sizeof(length), absl::MakeSpan(reinterpret_cast<std::uint8_t*>(text.data()), length));
    return text;
}

}  // namespace

TraceSummary summarize(const FileSource& source, std::uint32_t pid) {
    const format::Header header = read_header(source);
    const TableLayout strings(source, header, format::kStrings);
    const std::string host = read_string(source, strings, header.host);
    const std::string output = read_string(source, strings, header.output);
    TraceSummary summary;
    summary.pid = pid != 0 ? pid : header.pid;
    summary.program = read_string(source, strings, header.program);
    summary.liveness = trace_liveness(header, {host, output}, source, summary.pid);
    summary.start_realtime_ns = header.start_realtime_ns;
    return summary;
}

}  // namespace dregs
