// Writes a trace in which everything that has a name has a hostile one: `hostile_names FILE`. For pages and exports:
// each name ends whatever a careless writer would put it into.
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

#include "analyzer/trace/trace_writer.h"

namespace {

using namespace dregs;

constexpr std::uint64_t kHeap = 0x5555'0000'0000;
constexpr std::string_view kNames[] = {
    "</script><img src=x onerror=injected=1>",
    "<!--<script>injected=1</script>-->",
    "\"];injected=1;//",
    "\\\"}};injected=1;//",
    "${injected=1}`+(injected=1)+`",
    "' onmouseover='injected=1' x='",
    "javascript:injected=1",
    "&lt;b&gt;&#60;b&#62;<b>bold</b>",
    "\xE2\x80\xA8injected=1\xE2\x80\xA9",
    "]]><svg onload=injected=1>",
    "\xC0\xAF\xFF\xED\xA0\x80",
    "__proto__",
    "constructor",
};

std::uint32_t add_scope(TraceWriter& writer, std::uint32_t kind, std::string_view name) {
    format::Scope scope{};
    scope.status = static_cast<std::uint64_t>(format::ScopeState::kClosed);
    scope.kind = kind;
    scope.tid = 7;
    scope.thread_name = writer.add_string(name);
    name.copy(scope.label, sizeof scope.label);
    return writer.add_scope(scope);
}

TraceWriter hostile_trace() {
    TraceWriter writer;
    format::Header& header = writer.header();
    header.program = writer.add_string(kNames[0]);
    header.host = writer.add_string(kNames[1]);
    header.allocator = writer.add_string(kNames[2]);
    header.command = writer.add_string(kNames[3]);
    std::uint64_t address = kHeap;
    for (const std::string_view name : kNames) {
        const std::uint32_t kind = writer.add_kind(name);
        writer.kind_counters(kind).entered = writer.kind_counters(kind).left = 1;
        const std::uint32_t stack = writer.add_named_stack({name, kNames[0], "main"});
        writer.add_block(address += 128, 100, stack, add_scope(writer, kind, name));
    }
    format::Note note{};
    note.code = format::NoteCode::kTableFull;
    note.detail = writer.add_string(kNames[0]);
    note.count = 1;
    writer.add_note(note);
    return writer;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    const std::vector<std::uint8_t> bytes = hostile_trace().finish();
    std::ofstream file(argv[1], std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return file.good() ? 0 : 1;
}
