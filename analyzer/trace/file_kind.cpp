// See file_kind.h.
#include "analyzer/trace/file_kind.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <zlib.h>

#include <algorithm>
#include <array>

namespace dregs {
namespace {

constexpr struct {
    absl::string_view begin;
    const char* kind;
} kKinds[] = {
    {"SQLite format 3", "an SQLite database: sqlite3 reads it"},
    {"<!DOCTYPE html", "a page for a browser, as `dregs report` writes"},
    {"PERFILE2", "a recording of perf: perf report reads it"},
    {"desc: ", "massif's output: ms_print reads it"},
    {"heap profile:", "a heap profile of gperftools: pprof reads it"},
    {"heap_v2/", "a heap profile of jemalloc: jeprof reads it"},
    {"\x28\xb5\x2f\xfd", "compressed by zstd, as heaptrack's recordings are: heaptrack_print reads those"},
};

constexpr std::size_t kElfType = 16;  // e_type of an ELF header

std::string elf_kind(absl::string_view begin) {
    const char type = begin.size() > kElfType ? begin[kElfType] : '\0';
    if (type == 4) return "a core dump: gdb reads it; the trace is a file of its own";
    return "a program or library: `dregs run -- PROGRAM` traces it";
}

// The first bytes of what was compressed.
std::string inflated(absl::string_view begin) {
    std::array<char, 128> bytes{};
    z_stream stream{};
    constexpr int kGzip = 15 + 16;
    if (inflateInit2(&stream, kGzip) != Z_OK) return "";
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(begin.data()));
    stream.avail_in = static_cast<uInt>(begin.size());
    stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
    stream.avail_out = static_cast<uInt>(bytes.size());
    inflate(&stream, Z_SYNC_FLUSH);
    std::string text(bytes.data(), bytes.size() - stream.avail_out);
    inflateEnd(&stream);
    return text;
}

// Heaptrack's recordings begin with its version: "v 10400 3".
bool is_heaptrack(absl::string_view text) {
    return text.size() > 3 && absl::StartsWith(text, "v ") && absl::ascii_isxdigit(static_cast<unsigned char>(text[2]));
}

bool is_text(absl::string_view begin) {
    return !begin.empty() && std::all_of(begin.begin(), begin.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return absl::ascii_isprint(byte) || absl::ascii_isspace(byte) || byte >= 0x80;
    });
}

}  // namespace

std::string file_kind(const std::string& name, absl::string_view begin) {
    if (absl::StartsWith(begin,
                         "\x7f"
                         "ELF"))
        return elf_kind(begin);
    constexpr const char* kHeaptrack = "a recording of heaptrack: heaptrack_print reads it";
    const bool gzip = absl::StartsWith(begin, "\x1f\x8b");
    if (is_heaptrack(gzip ? inflated(begin) : std::string(begin))) return kHeaptrack;
    if (absl::StrContains(name, "heaptrack.") && absl::StrContains(name, ".zst")) return kHeaptrack;
    if (gzip) return "compressed by gzip";
    for (const auto& known : kKinds) {
        if (absl::StartsWith(begin, known.begin)) return known.kind;
    }
    return is_text(begin) ? "text: `dregs import` makes traces of cjdns' snapshots and umdh's logs" : "";
}

}  // namespace dregs
