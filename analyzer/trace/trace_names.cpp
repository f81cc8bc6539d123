// See trace_names.h.
#include "analyzer/trace/trace_names.h"

#include "analyzer/trace/header_reader.h"
#include "analyzer/trace/record_array.h"
#include "analyzer/trace/string_table.h"

namespace dregs {
namespace {

constexpr std::size_t kMaxNames = 1000;

template <class Record>
std::set<std::string> names_in(const RecordArray<Record>& records, format::StringRef Record::*name,
                               const StringTable& strings) {
    std::set<std::string> names;
    for (const Record& record : records) {
        if (names.size() == kMaxNames) break;
        if (record.*name != 0) names.emplace(strings.at(record.*name));
    }
    return names;
}

}  // namespace

// The text last: it was there before what refers to it.
TraceNames read_trace_names(const ByteSource& source) {
    const format::Header header = read_header(source);
    const RecordArray<format::Kind> kinds(source, header, format::kKinds);
    const RecordArray<format::ThreadCounters> threads(source, header, format::kThreads);
    const RecordArray<format::Module> modules(source, header, format::kModules);
    const StringTable strings(source, read_header(source));
    return {names_in(kinds, &format::Kind::name, strings), names_in(threads, &format::ThreadCounters::name, strings),
            names_in(modules, &format::Module::path, strings)};
}

}  // namespace dregs
