// See header_reader.h.
#include "analyzer/trace/header_reader.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "analyzer/trace/error.h"
#include "analyzer/trace/file_kind.h"

namespace dregs {
namespace {

[[noreturn]] void fail_no_trace(const ByteSource& source) {
    std::array<char, 512> begin{};
    const std::uint64_t have = std::min<std::uint64_t>(source.size(), begin.size());
    source.read(0, absl::MakeSpan(reinterpret_cast<std::uint8_t*>(begin.data()), have));
    const std::string kind = file_kind(source.name(), {begin.data(), have});
    throw TraceError(source.name(), 0, absl::StrCat("this is not a dregs trace", kind.empty() ? "" : " but ", kind));
}

void check_magic(const ByteSource& source) {
    const std::uint64_t size = source.size();
    if (size == 0) throw Error(absl::StrCat(source.name(), ": the file is empty, not a trace"));
    char magic[sizeof(format::kMagic)] = {};
    const std::uint64_t have = std::min<std::uint64_t>(size, sizeof(magic));
    source.read(0, absl::MakeSpan(reinterpret_cast<std::uint8_t*>(magic), have));
    if (std::memcmp(magic, format::kMagic, have) != 0) fail_no_trace(source);
}

void check_version(const ByteSource& source) {
    const auto version = source.read_value<std::uint32_t>(offsetof(format::Header, version));
    const std::string prefix = absl::StrCat("version ", version);
    if (version > format::kVersion) {
        throw TraceError(source.name(), offsetof(format::Header, version),
                         absl::StrCat("written by a newer dregs: ", prefix, ", this one knows ", format::kVersion));
    }
    if (version != format::kVersion) {
        throw TraceError(source.name(), offsetof(format::Header, version), absl::StrCat(prefix, " never existed"));
    }
}

void check_field(const ByteSource& source, std::uint64_t offset, const char* what, std::uint32_t have,
                 std::uint32_t want) {
    if (have != want) throw TraceError(source.name(), offset, absl::StrCat(what, " is ", have, ", not ", want));
}

}  // namespace

format::Header read_header(const ByteSource& source) {
    check_magic(source);
    check_version(source);
    const auto header = source.read_value<format::Header>(0);
    check_field(source, offsetof(format::Header, header_bytes), "the header's size", header.header_bytes,
                format::kHeaderBytes);
    check_field(source, offsetof(format::Header, machine), "the machine", header.machine, format::kMachineX86_64);
    check_field(source, offsetof(format::Header, granule_bytes), "the granule", header.granule_bytes,
                format::kGranuleBytes);
    return header;
}

}  // namespace dregs
